//! HTTP requests to the sign-in server and the API, each added to the
//! transcript of the login.

pub(crate) mod client;
mod curl;
mod narration;
pub(crate) mod navigation;
pub(crate) mod readiness;
pub(crate) mod request;
pub(crate) mod response;
