//! The record of a login: every step with its parameters, narrated as it
//! happens and shown at the end.

pub(crate) mod explain;
pub(crate) mod step;
