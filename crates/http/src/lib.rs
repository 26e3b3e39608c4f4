//! HTTP to the sign-in server and to the API, for `create` and `tokens`.

pub mod client;
pub mod discovery;
pub mod hosts;
