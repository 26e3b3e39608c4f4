//! The listener at the `redirect_uri` (RFC 8252 section 7.3).

pub(crate) mod connections;
pub(crate) mod handler;
pub(crate) mod page;
pub(crate) mod pending;
pub(crate) mod port;
pub(crate) mod server;
