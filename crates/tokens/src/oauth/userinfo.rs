//! `--userinfo`: the user's claims from the sign-in server, OpenID Connect
//! Core section 5.3.

use common::{Failure, Result};
use serde_json::{Map, Value};

use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::discovery::Provider;
use crate::oauth::token::ErrorResponse;
use crate::oauth::token_set::TokenSet;
use common::text::printable;

const WHY: &str = "The access token opens the person's claims too, if it has the scope openid (OpenID Connect Core section 5.3).";

/// Requests the claims from the userinfo endpoint.
///
/// # Errors
/// If there is no such endpoint, it refuses, or its `sub` is not that of the
/// tokens (section 5.3.2).
pub(crate) async fn fetch(
    http: &Http,
    provider: &Provider,
    login: &TokenSet,
) -> Result<Map<String, Value>> {
    let endpoint = provider
        .userinfo_endpoint
        .clone()
        .ok_or_else(|| Failure::failed("The discovery document names no userinfo_endpoint"))?;
    let call = Request::get("userinfo endpoint", WHY, endpoint).bearer(&login.tokens.access_token);
    let answer = http.send(call).await?;
    if !answer.status.is_success() {
        let why = ErrorResponse::of(&answer)
            .map_or_else(|| answer.status.to_string(), |refusal| refusal.text());
        return Err(
            Failure::failed(format!("The userinfo endpoint refused: {why}"))
                .with_hint("it wants an access token with the scope openid"),
        );
    }
    let claims: Map<String, Value> = answer.json().ok_or_else(|| {
        Failure::failed("The userinfo endpoint did not answer with a JSON object")
    })?;
    let sub = claims
        .get("sub")
        .and_then(Value::as_str)
        .unwrap_or("nobody");
    if Some(sub) != login.access.text("sub") {
        let sub = printable(sub);
        return Err(Failure::failed(format!(
            "The userinfo endpoint speaks of somebody else: sub is {sub}"
        ))
        .with_hint("OpenID Connect Core section 5.3.2: do not use these claims"));
    }
    Ok(claims)
}
