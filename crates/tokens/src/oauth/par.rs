//! Pushed authorization requests: RFC 9126. The request goes straight to the
//! server; the browser carries a reference to it.

use common::{Console, Failure, Result};
use serde::Deserialize;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::back_channel::post;
use crate::oauth::discovery::Provider;
use crate::oauth::token_response::ErrorResponse;
use crate::transcript::field::field;

const WHY: &str =
    "The authorization request goes to the server first, past the browser (RFC 9126 section 2.1).";

/// Section 2.2.
#[derive(Deserialize)]
struct PushedResponse {
    request_uri: String,
    expires_in: u64,
}

/// Pushes the request where the server requires it, or `--par` asks for it.
/// Returns the request that the browser is to carry.
///
/// # Errors
/// If the server has no endpoint for it, or refuses the request.
pub(crate) async fn push_if_wanted(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    console: &Console,
    request: AuthorizationRequest,
) -> Result<AuthorizationRequest> {
    if !(config.pushes_requests || provider.requires_pushed_requests) {
        return Ok(request);
    }
    let Some(endpoint) = provider.pushed_authorization_request_endpoint.clone() else {
        let message = "The discovery document names no pushed_authorization_request_endpoint";
        return Err(Failure::failed(message)
            .with_hint("leave out --par: the provider does not take pushed requests (RFC 9126)"));
    };
    let form = request.fields.clone();
    let push = Request::post("pushed authorization request endpoint", WHY, endpoint, form);
    let answer = post(http, config, provider, push).await?;
    let hint = "it takes the parameters of an authorization request, and authenticates the client as the token endpoint does (RFC 9126 section 2.3)";
    let refused = "The provider refused the pushed authorization request";
    ErrorResponse::ensure_none(&answer, refused).map_err(|refusal| refusal.with_hint(hint))?;
    let pushed: PushedResponse = answer.json().ok_or_else(|| {
        Failure::failed(
            "The pushed authorization request endpoint did not answer with request_uri and expires_in (RFC 9126 section 2.2)",
        )
    })?;
    let seconds = pushed.expires_in;
    console.note(&format!(
        "the address below is good for {seconds} s: the request was pushed"
    ));
    Ok(by_reference(request, config, &pushed.request_uri))
}

/// The same request, as the browser carries it (section 4).
fn by_reference(
    request: AuthorizationRequest,
    config: &ClientConfig,
    request_uri: &str,
) -> AuthorizationRequest {
    const WHY: &str = "stands for the pushed request; only this client can use it, once";
    let why_id = "which app asks; it is public";
    let fields = vec![
        field("client_id", &config.client_id, why_id),
        field("request_uri", request_uri, WHY)
            .without("every parameter passes through the browser: an extension can change what is asked for, and whoever reads the history learns it.", &[]),
    ];
    request.with_fields(fields)
}
