//! HTTP clients for the sign-in server and the API, for `create` and `tokens`.

pub mod client;
pub mod discovery;
pub mod hosts;
