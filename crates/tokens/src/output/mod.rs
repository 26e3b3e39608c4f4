//! What a person or a program reads on stdout.

pub(crate) mod stdout;
pub(crate) mod table;
pub(crate) mod text;
