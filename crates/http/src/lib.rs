//! HTTP to the sign-in server and to the API, for `create` and `tokens`: which
//! hosts are this machine, and where the discovery document is.

pub mod client;
pub mod discovery;
pub mod hosts;
