//! `--userinfo`: the user's claims from the sign-in server, OpenID Connect
//! Core section 5.3.

use common::text::printable;
use common::{Failure, Result};
use serde_json::{Map, Value};

use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::discovery::Provider;
use crate::oauth::token_response::ErrorResponse;
use crate::oauth::token_set::TokenSet;

const WHY: &str = "With the scope openid, the access token gives access to the user's claims too (OpenID Connect Core section 5.3).";

/// Requests the claims from the userinfo endpoint.
///
/// # Errors
/// If there is no such endpoint, it refuses, or its `sub` is not that of the
/// tokens (section 5.3.2).
pub(crate) async fn fetch(
    http: &Http,
    provider: &Provider,
    tokens: &TokenSet,
) -> Result<Map<String, Value>> {
    let Some(endpoint) = provider.userinfo_endpoint.clone() else {
        let message = "The discovery document names no userinfo_endpoint";
        return Err(Failure::failed(message));
    };
    let request = Request::get("userinfo endpoint", WHY, endpoint);
    let answer = http.send(request.bearer(&tokens.access.raw)).await?;
    if !answer.status.is_success() {
        let reason = ErrorResponse::reason(&answer);
        let message = format!("The userinfo endpoint refused: {reason}");
        return Err(
            Failure::failed(message).with_hint("it requires an access token with the scope openid")
        );
    }
    let claims: Map<String, Value> = answer.json().ok_or_else(|| {
        Failure::failed("The userinfo endpoint did not answer with a JSON object")
    })?;
    // Without this comparison, one user's claims could be shown as another's.
    let sub = claims.get("sub").and_then(Value::as_str);
    if sub.is_none() || sub != tokens.subject().and_then(Value::as_str) {
        let other = printable(sub.unwrap_or("missing"));
        let message = format!("The userinfo endpoint describes another user: sub is {other}");
        return Err(Failure::failed(message)
            .with_hint("OpenID Connect Core section 5.3.2: do not use these claims"));
    }
    Ok(claims)
}
