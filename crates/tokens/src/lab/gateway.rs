//! Experiments at the API. The same request with the unchanged access token
//! succeeded before, so only the change can be the reason for a refusal.

use common::{Failure, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::experiment::Outcome;
use super::forge;
use super::session::Session;
use crate::api::{self, ApiCall};
use crate::jwt::sign::{SigningKey, hs256, unsigned};

const DENIED: StatusCode = StatusCode::UNAUTHORIZED;
const LACKS_SCOPE: StatusCode = StatusCode::FORBIDDEN;

/// Sends a token and judges the response by its status.
async fn try_token(
    session: &Session<'_>,
    token: Option<&str>,
    what: &str,
    expected: StatusCode,
) -> Result<Outcome> {
    let call = api::call(session.http, session.config, session.sign_in.console, token).await?;
    let status = call.response.status;
    let otherwise = if status.is_success() {
        "the API let it in".to_owned()
    } else {
        format!("refused with {status}, not with {expected}")
    };
    let route = &session.config.route;
    let request = format!("{} {}\n{what}", route.method, route.url);
    let refused = status == expected;
    Ok(Outcome::judge(request, answer(&call), refused, &otherwise))
}

fn answer(call: &ApiCall) -> String {
    let answer = &call.response;
    let body = answer.text();
    match answer.header("www-authenticate") {
        Some(reason) => format!("{} {body}\nwww-authenticate: {reason}", answer.status),
        None => format!("{} {body}", answer.status),
    }
}

pub(super) async fn no_token(session: &mut Session<'_>) -> Result<Outcome> {
    try_token(session, None, "without Authorization", DENIED).await
}

pub(super) async fn no_scope(session: &mut Session<'_>) -> Result<Outcome> {
    session.login().await?;
    let access = &session.openid_only().await?.tokens.access;
    let scope = access.scopes().join(" ");
    let what = format!("with a good access token whose scope is \"{scope}\"");
    try_token(session, Some(&access.raw), &what, LACKS_SCOPE).await
}

pub(super) async fn id_token(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let Some(id) = &login.tokens.id else {
        return Err(Failure::failed("The login gave no id token"));
    };
    let what = "with the id token of the login whose access token is let in";
    try_token(session, Some(&id.raw), what, LACKS_SCOPE).await
}

pub(super) async fn changed_payload(session: &mut Session<'_>) -> Result<Outcome> {
    let scope = session.login().await?.tokens.access.scopes().join(" ");
    let access = &session.openid_only().await?.tokens.access;
    let before = access.scopes().join(" ");
    let forged = forge::keep_signature(access, &forge::with_claim(access, "scope", &scope));
    let what =
        format!("with \"scope\": \"{before}\" changed to \"{scope}\", the signature unchanged");
    try_token(session, Some(&forged), &what, DENIED).await
}

pub(super) async fn alg_none(session: &mut Session<'_>) -> Result<Outcome> {
    // RFC 7519 section 6 has unsigned tokens; an API must not take any.
    let access = &session.login().await?.tokens.access;
    let header = forge::with_alg(access, "none");
    let forged = format!("{}.", unsigned(&header, &access.payload));
    let shown = json!(header);
    let what = format!("with the header {shown} and nothing after the last dot");
    try_token(session, Some(&forged), &what, DENIED).await
}

pub(super) async fn hs256_public_key(session: &mut Session<'_>) -> Result<Outcome> {
    // A verifier that takes the algorithm from the token, and has one function
    // for all keys, would use the public key as the HMAC's secret.
    let login = session.login().await?;
    let access = &login.tokens.access;
    let Some(secret) = login.keys.modulus(access) else {
        let why = "the server publishes no RSA key to use as a secret";
        return Ok(Outcome::not_shown(why));
    };
    let header = forge::with_alg(access, "HS256");
    let forged = hs256(&header, &access.payload, &secret);
    let shown = json!(header);
    let what = format!("with the header {shown}, HMAC keyed with the public key's n");
    try_token(session, Some(&forged), &what, DENIED).await
}

pub(super) async fn other_key(session: &mut Session<'_>) -> Result<Outcome> {
    // A correct signature, of the wrong key: only the issuer's own set tells.
    let access = &session.login().await?.tokens.access;
    let forged = SigningKey::generate()?.sign(&access.header, &access.payload)?;
    let kid = access.header.get("kid").unwrap_or(&Value::Null);
    let what =
        format!("with the same header and claims, signed with a new RSA key, \"kid\": {kid}");
    try_token(session, Some(&forged), &what, DENIED).await
}
