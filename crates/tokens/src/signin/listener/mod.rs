//! The listener at the `redirect_uri` (RFC 8252 section 7.3).

mod connections;
mod handler;
pub(crate) mod page;
pub(crate) mod pending;
mod port;
mod refusals;
pub(crate) mod server;
