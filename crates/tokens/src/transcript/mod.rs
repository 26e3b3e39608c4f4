//! The record of a login: every step with its parameters, printed as it happens
//! and shown at the end.

pub(crate) mod explain;
pub(crate) mod step;
