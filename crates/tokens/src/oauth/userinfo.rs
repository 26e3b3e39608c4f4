//! `--userinfo`: the user's claims from the sign-in server, OpenID Connect
//! Core section 5.3.

use common::text::printable;
use common::{Failure, Result};
use serde_json::{Map, Value};

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::jwt::check;
use crate::jwt::decode::Jwt;
use crate::jwt::verify;
use crate::oauth::discovery::Provider;
use crate::oauth::dpop;
use crate::oauth::token_response::ErrorResponse;
use crate::oauth::token_set::CheckedTokens;

const WHY: &str = "With the scope openid, the access token gives access to the user's claims too (OpenID Connect Core section 5.3).";

/// What the endpoint says about the person.
pub(crate) struct UserInfo {
    pub claims: Map<String, Value>,
    /// Whether it was a JWT, whose signature, `iss` and `aud` were verified.
    pub signed: bool,
}

/// Requests the claims from the userinfo endpoint.
///
/// # Errors
/// If there is no such endpoint, it refuses, a signed answer fails its checks, or
/// the `sub` is not that of the tokens (section 5.3.2).
pub(crate) async fn fetch(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    login: &mut CheckedTokens,
) -> Result<UserInfo> {
    let Some(endpoint) = provider.userinfo_endpoint.clone() else {
        let message = "The discovery document names no userinfo_endpoint";
        return Err(Failure::failed(message));
    };
    let request = Request::get("userinfo endpoint", WHY, endpoint);
    let token = &login.tokens.access.raw;
    let (_, answer) = dpop::present(http, config.proof_key.as_deref(), request, token).await?;
    let hint = "it requires an access token with the scope openid";
    ErrorResponse::ensure_none(&answer, "The userinfo endpoint refused")
        .map_err(|refusal| refusal.with_hint(hint))?;
    let signed = is_jwt(&answer);
    let claims = if signed {
        verified(http, config, provider, login, &answer.text()).await?
    } else {
        answer.json().ok_or_else(|| {
            Failure::failed("The userinfo endpoint did not answer with a JSON object")
        })?
    };
    ensure_same_subject(&claims, login)?;
    Ok(UserInfo { claims, signed })
}

fn is_jwt(answer: &Response) -> bool {
    let kind = answer.header("content-type").unwrap_or_default();
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/jwt")
}

/// The claims of a signed answer: only the issuer may have signed it, for this
/// client.
async fn verified(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    login: &mut CheckedTokens,
    text: &str,
) -> Result<Map<String, Value>> {
    let jwt = Jwt::decode_unverified(text.trim()).ok_or_else(|| {
        Failure::failed("The userinfo endpoint's answer is not a signed JWT")
            .with_hint("an encrypted one (RFC 7516) is not supported: see the provider's settings for this client")
    })?;
    login.keys.refetch_for(http, &[&jwt]).await?;
    let expect = config.expectations(&provider.issuer);
    let checks = verify::userinfo(&jwt, &login.keys, &expect);
    let what = "The userinfo endpoint's answer failed its checks";
    let hint = "OpenID Connect Core section 5.3.4: do not use these claims";
    check::ensure_none_failed(&checks, what, hint)?;
    Ok(jwt.payload)
}

/// Without this comparison, one user's claims could be shown as another's.
fn ensure_same_subject(claims: &Map<String, Value>, login: &CheckedTokens) -> Result<()> {
    let sub = claims.get("sub").and_then(Value::as_str);
    if sub.is_some() && sub == login.tokens.subject().and_then(Value::as_str) {
        return Ok(());
    }
    let other = printable(sub.unwrap_or("missing"));
    let message = format!("The userinfo endpoint describes another user: sub is {other}");
    Err(Failure::failed(message)
        .with_hint("OpenID Connect Core section 5.3.2: do not use these claims"))
}
