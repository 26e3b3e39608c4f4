//! Live and desired properties: their values, their differences, and what a run
//! does about them.

pub(crate) mod change;
pub(crate) mod difference;
pub(crate) mod property;
