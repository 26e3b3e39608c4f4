//! Every form that this client posts to the sign-in server goes through here,
//! so that none goes without what authenticates the client.

use common::Result;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::oauth::discovery::Provider;
use crate::oauth::{client_auth, dpop};
use crate::transcript::field::Field;

/// Posts a form to an endpoint of the sign-in server, as this client.
///
/// # Errors
/// If there is no response, or the server takes the client's secret in no way
/// that this program knows. A refusal is a response.
pub(crate) async fn post(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    request: Request,
) -> Result<Response> {
    http.send(client_auth::add_to(request, config, provider)?)
        .await
}

/// Posts a form to the token endpoint, as this client; with a proof of its key,
/// where tokens are to be bound to one.
///
/// # Errors
/// As [`post`].
pub(crate) async fn ask_for_tokens(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    why: &'static str,
    form: Vec<Field>,
) -> Result<Response> {
    let endpoint = provider.token_endpoint.clone();
    let anonymous = Request::post("token endpoint", why, endpoint, form);
    let request = client_auth::add_to(anonymous, config, provider)?;
    dpop::send(http, config.proof_key.as_deref(), request).await
}
