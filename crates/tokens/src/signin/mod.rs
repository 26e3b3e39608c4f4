//! How the person signs in, and how the answer comes back here.

pub(crate) mod browser;
pub(crate) mod form;
pub(crate) mod headless;
pub(crate) mod listener;
pub(crate) mod method;
pub(crate) mod paste;
