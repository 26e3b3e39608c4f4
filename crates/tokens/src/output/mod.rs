//! Output on stdout, for people and for programs.

pub(crate) mod error;
pub(crate) mod stdout;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod verified;
