//! The client as it is registered at a sign-in server, and the API that it
//! calls.

use std::sync::Arc;
use std::time::Duration;

use http_client::discovery::document_url;

use super::authentication::ClientAuthentication;
use super::redirect_uri::RedirectUri;
use super::server::SignInServer;
use crate::jwt::expectations::{Binding, Expectations, now};
use crate::jwt::proof_key::ProofKey;
use crate::route::ApiRoute;
use crate::transcript::field::Field;

/// The client as registered at the sign-in server, and the API it calls.
#[derive(Clone)]
pub(crate) struct ClientConfig {
    /// What goes beyond the standards at this server.
    pub server: SignInServer,
    /// The issuer whose tokens are wanted: the discovery document must name it.
    pub issuer: String,
    /// What the document of a local cloud may name instead.
    pub local_cloud_issuer: Option<String>,
    /// The local cloud's URL; `None` for AWS itself.
    pub endpoint_url: Option<String>,
    pub discovery_url: String,
    /// The client's id; it is not a secret (RFC 6749 section 2.2).
    pub client_id: String,
    /// How the client shows the server who it is.
    pub authentication: ClientAuthentication,
    /// The registered `redirect_uri`s, the preferred one first. There is one.
    pub redirect_uris: Vec<RedirectUri>,
    /// Scopes that the client may request.
    pub scopes: Vec<String>,
    /// Every scope that there is; `None` where only the server knows.
    pub known_scopes: Option<Vec<String>>,
    /// Further parameters of the authorization request.
    pub parameters: Vec<Field>,
    /// Parameters of every request that asks for an access token: which API it
    /// is for.
    pub access_parameters: Vec<Field>,
    /// The `max_age` among the parameters, in seconds.
    pub max_age: Option<i64>,
    /// Whether authorization requests are pushed even where the server does not
    /// ask for it (RFC 9126).
    pub pushes_requests: bool,
    /// The key that access tokens are bound to, made for this run (RFC 9449).
    pub proof_key: Option<Arc<ProofKey>>,
    /// Where the browser may be sent after a logout.
    pub post_logout_redirect_uri: Option<String>,
    /// The test user's name, if there is one.
    pub username: Option<String>,
    /// How long to wait for new resources to respond; `None` unless `create`
    /// created something in the last few minutes.
    pub startup_limit: Option<Duration>,
    /// The API's route; `None` if no API is to be called.
    pub route: Option<ApiRoute>,
}

impl ClientConfig {
    /// A public client that asks for nothing special, and calls no API.
    pub(crate) fn public(server: SignInServer, issuer: String, client_id: String) -> ClientConfig {
        ClientConfig {
            server,
            discovery_url: document_url(&issuer, None),
            issuer,
            local_cloud_issuer: None,
            endpoint_url: None,
            client_id,
            authentication: ClientAuthentication::None,
            redirect_uris: Vec::new(),
            scopes: Vec::new(),
            known_scopes: None,
            parameters: Vec::new(),
            access_parameters: Vec::new(),
            max_age: None,
            pushes_requests: false,
            proof_key: None,
            post_logout_redirect_uri: None,
            username: None,
            startup_limit: None,
            route: None,
        }
    }

    /// What the tokens of `issuer` must be, as far as no request says more.
    pub(crate) fn expectations<'a>(&'a self, issuer: &'a str) -> Expectations<'a> {
        Expectations {
            rules: self.server.token_rules,
            issuer,
            client_id: &self.client_id,
            nonce: None,
            refreshed: false,
            scopes: &[],
            max_age: None,
            binding: self.binding(),
            now: now(),
        }
    }

    /// What access tokens must be bound to.
    pub(crate) fn binding(&self) -> Binding<'_> {
        let resources = self
            .access_parameters
            .iter()
            .filter(|f| f.name == "resource");
        Binding {
            thumbprint: self.proof_key.as_ref().map(|key| key.thumbprint()),
            resources: resources.map(|field| &*field.value).collect(),
        }
    }
}
