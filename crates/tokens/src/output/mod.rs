//! Output on stdout, for people and for programs.

mod json;
pub(crate) mod stdout;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod verified;
