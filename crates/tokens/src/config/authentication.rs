//! How the client shows the sign-in server who it is: RFC 6749 section 2.3.

use crate::http::request::Request;

/// How a client authenticates at the endpoints that it posts to.
#[derive(Clone)]
pub(crate) enum ClientAuthentication {
    /// It does not: a public client. The `client_id` in the form only says who
    /// it claims to be (RFC 6749 section 3.2.1).
    None,
}

impl ClientAuthentication {
    /// The request with what authenticates the client.
    pub(crate) fn add_to(&self, request: Request) -> Request {
        match self {
            ClientAuthentication::None => request,
        }
    }
}
