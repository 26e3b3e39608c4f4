//! What a person or a program reads: the record of the login, told as it
//! happens, and the results on stdout.

pub(crate) mod explain;
pub(crate) mod stdout;
pub(crate) mod table;
pub(crate) mod text;
pub(crate) mod transcript;
