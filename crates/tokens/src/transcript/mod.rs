//! The transcript of a login: every step with its parameters, printed as it
//! happens and shown at the end.

pub(crate) mod field;
pub(crate) mod record;
pub(crate) mod step;
