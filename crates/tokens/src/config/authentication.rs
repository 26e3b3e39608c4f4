//! How the client shows the sign-in server who it is: RFC 6749 section 2.3.

use common::settings::Secret;

use crate::args::ClientAuthMethod;

/// What a client authenticates with at the endpoints that it posts to.
#[derive(Clone)]
pub(crate) enum ClientAuthentication {
    /// Nothing: a public client. The `client_id` in the form only says who it
    /// claims to be (RFC 6749 section 3.2.1).
    None,
    /// A secret that it shares with the server, sent as the server's discovery
    /// document says, unless the method is given.
    Secret(Secret, Option<ClientAuthMethod>),
}

impl ClientAuthentication {
    pub(crate) fn has_secret(&self) -> bool {
        matches!(self, ClientAuthentication::Secret(..))
    }
}
