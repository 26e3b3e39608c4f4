//! Experiments at the API. The same request with the untouched access token
//! succeeded before: only the change can be the reason of a refusal.

use api_core::{Failure, Result};
use reqwest::StatusCode;
use serde_json::{Value, json};

use super::Lab;
use super::experiment::Report;
use super::mint::{self, Mint};
use crate::api::{self, Exchange};

/// Sends a token and judges the answer by its status.
async fn try_token(
    lab: &Lab<'_>,
    token: Option<&str>,
    what: String,
    expected: StatusCode,
) -> Result<Report> {
    let exchange = api::call(lab.http, lab.app, lab.sign_in.console, token).await?;
    let status = exchange.answer.status;
    let otherwise = match status.is_success() {
        true => "the API let it in".to_owned(),
        false => format!("refused with {status}, not with {expected}"),
    };
    let (method, url) = &lab.app.api;
    let request = format!("{method} {url}\n{what}");
    Ok(Report::judge(
        request,
        answer(&exchange),
        status == expected,
        &otherwise,
    ))
}

fn answer(exchange: &Exchange) -> String {
    let answer = &exchange.answer;
    let body = answer.text();
    match answer.header("www-authenticate") {
        Some(reason) => format!("{} {body}\nwww-authenticate: {reason}", answer.status),
        None => format!("{} {body}", answer.status),
    }
}

pub(super) async fn no_token(lab: &mut Lab<'_>) -> Result<Report> {
    lab.full().await?;
    try_token(
        lab,
        None,
        "without Authorization".into(),
        StatusCode::UNAUTHORIZED,
    )
    .await
}

pub(super) async fn no_scope(lab: &mut Lab<'_>) -> Result<Report> {
    lab.full().await?;
    let narrow = lab.narrow().await?;
    let scope = narrow.access.scopes().join(" ");
    let what = format!("with a good access token whose scope is \"{scope}\"");
    try_token(lab, Some(&narrow.access.raw), what, StatusCode::FORBIDDEN).await
}

pub(super) async fn id_token(lab: &mut Lab<'_>) -> Result<Report> {
    let full = lab.full().await?;
    let id = full
        .id
        .as_ref()
        .ok_or_else(|| Failure::failed("The login gave no id token"))?;
    let what = "with the id token of the login whose access token is let in".to_owned();
    try_token(lab, Some(&id.raw), what, StatusCode::FORBIDDEN).await
}

pub(super) async fn changed_payload(lab: &mut Lab<'_>) -> Result<Report> {
    let scope = lab.full().await?.access.scopes().join(" ");
    let narrow = lab.narrow().await?;
    let before = narrow.access.scopes().join(" ");
    let forged = mint::keep_signature(
        &narrow.access,
        &mint::with_claim(&narrow.access, "scope", &scope),
    );
    let what =
        format!("with \"scope\": \"{before}\" changed to \"{scope}\", the signature as it was");
    try_token(lab, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn alg_none(lab: &mut Lab<'_>) -> Result<Report> {
    let access = &lab.full().await?.access;
    let header = mint::with_alg(access, "none");
    let forged = format!("{}.", mint::unsigned(&header, &access.payload));
    let what = format!(
        "with the header {} and nothing after the last dot",
        json!(header)
    );
    try_token(lab, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn hs256_public_key(lab: &mut Lab<'_>) -> Result<Report> {
    let full = lab.full().await?;
    let Some(secret) = full.keys.modulus(&full.access) else {
        return Ok(Report::not_shown(
            "the server publishes no RSA key to use as a secret",
        ));
    };
    let forged = mint::hs256(&full.access, &secret);
    let header = mint::with_alg(&full.access, "HS256");
    let what = format!(
        "with the header {}, HMAC keyed with the public key's n",
        json!(header)
    );
    try_token(lab, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}

pub(super) async fn other_key(lab: &mut Lab<'_>) -> Result<Report> {
    let access = &lab.full().await?.access;
    let forged = Mint::new()?.sign(access, &access.payload)?;
    let kid = access.header.get("kid").unwrap_or(&Value::Null);
    let what =
        format!("with the same header and claims, signed with a new RSA key, \"kid\": {kid}");
    try_token(lab, Some(&forged), what, StatusCode::UNAUTHORIZED).await
}
