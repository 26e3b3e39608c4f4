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

/// Sends a token and judges the response by its status.
async fn try_token(
    session: &Session<'_>,
    token: Option<&str>,
    what: String,
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
    Ok(Outcome::judge(
        request,
        answer(&call),
        status == expected,
        &otherwise,
    ))
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
    session.all_scopes().await?;
    try_token(
        session,
        None,
        "without Authorization".into(),
        StatusCode::UNAUTHORIZED,
    )
    .await
}

pub(super) async fn no_scope(session: &mut Session<'_>) -> Result<Outcome> {
    session.all_scopes().await?;
    let openid_only = session.openid_only().await?;
    let scope = openid_only.tokens.access.scopes().join(" ");
    let what = format!("with a good access token whose scope is \"{scope}\"");
    try_token(
        session,
        Some(&openid_only.tokens.access.raw),
        what,
        StatusCode::FORBIDDEN,
    )
    .await
}

pub(super) async fn id_token(session: &mut Session<'_>) -> Result<Outcome> {
    let all_scopes = session.all_scopes().await?;
    let id = all_scopes
        .tokens
        .id
        .as_ref()
        .ok_or_else(|| Failure::failed("The login gave no id token"))?;
    let what = "with the id token of the login whose access token is let in".to_owned();
    try_token(session, Some(&id.raw), what, StatusCode::FORBIDDEN).await
}

pub(super) async fn changed_payload(session: &mut Session<'_>) -> Result<Outcome> {
    let scope = session.all_scopes().await?.tokens.access.scopes().join(" ");
    let openid_only = session.openid_only().await?;
    let before = openid_only.tokens.access.scopes().join(" ");
    let forged = forge::keep_signature(
        &openid_only.tokens.access,
        &forge::with_claim(&openid_only.tokens.access, "scope", &scope),
    );
    let what =
        format!("with \"scope\": \"{before}\" changed to \"{scope}\", the signature as it was");
    try_token(session, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn alg_none(session: &mut Session<'_>) -> Result<Outcome> {
    let access = &session.all_scopes().await?.tokens.access;
    let header = forge::with_alg(access, "none");
    let forged = format!("{}.", unsigned(&header, &access.payload));
    let what = format!(
        "with the header {} and nothing after the last dot",
        json!(header)
    );
    try_token(session, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn hs256_public_key(session: &mut Session<'_>) -> Result<Outcome> {
    let all_scopes = session.all_scopes().await?;
    let Some(secret) = all_scopes.keys.modulus(&all_scopes.tokens.access) else {
        return Ok(Outcome::not_shown(
            "the server publishes no RSA key to use as a secret",
        ));
    };
    let header = forge::with_alg(&all_scopes.tokens.access, "HS256");
    let forged = hs256(&header, &all_scopes.tokens.access.payload, &secret);
    let what = format!(
        "with the header {}, HMAC keyed with the public key's n",
        json!(header)
    );
    try_token(session, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn other_key(session: &mut Session<'_>) -> Result<Outcome> {
    let access = &session.all_scopes().await?.tokens.access;
    let forged = SigningKey::generate()?.sign(&access.header, &access.payload)?;
    let kid = access.header.get("kid").unwrap_or(&Value::Null);
    let what =
        format!("with the same header and claims, signed with a new RSA key, \"kid\": {kid}");
    try_token(session, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}
