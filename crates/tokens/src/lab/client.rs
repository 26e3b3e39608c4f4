//! Experiments with this program's own checks. Exactly the check under test
//! must fail: any other failure would prove something else.

use std::time::Duration;

use common::{Failure, Result};
use http_client::hosts::secure_url;
use reqwest::StatusCode;
use serde_json::{Map, Value};

use super::experiment::Outcome;
use super::forge;
use super::session::Session;
use crate::http::request::Request;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;
use crate::jwt::sign::SigningKey;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::authorization_response::ExpectedResponse;
use crate::oauth::token_set::CheckedTokens;
use crate::signin::listener::server::Listener;
use crate::transcript::step::Channel;

/// Passes if exactly the `expected` checks failed.
fn judge(request: String, checks: &[Check], expected: &[&str]) -> Outcome {
    let failed = check::failed(checks);
    let names: Vec<String> = failed
        .iter()
        .map(|c| format!("{} {}", c.token, c.check))
        .collect();
    let lines: Vec<String> = failed.iter().map(|check| check.describe()).collect();
    let answer = if lines.is_empty() {
        "every check holds".to_owned()
    } else {
        lines.join("\n")
    };
    let otherwise = format!(
        "should have failed: {}; failed: {}",
        expected.join(", "),
        names.join(", ")
    );
    Outcome::judge(request, answer, names == expected, &otherwise)
}

/// Expectations that the login's own tokens meet.
fn expectations<'a>(
    session: &'a Session<'_>,
    login: &'a CheckedTokens,
    scopes: &'a [String],
) -> Expectations<'a> {
    Expectations {
        issuer: &session.provider.issuer,
        client_id: &session.config.client_id,
        nonce: login.tokens.id.as_ref().and_then(|id| id.text("nonce")),
        refreshed: false,
        scopes,
        now: verify::now(),
    }
}

fn id_of(login: &CheckedTokens) -> Result<&Jwt> {
    login
        .tokens
        .id
        .as_ref()
        .ok_or_else(|| Failure::failed("The login gave no id token"))
}

pub(super) async fn expired(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let last = id_of(&login)?
        .time("exp")
        .max(login.tokens.access.time("exp"))
        .unwrap_or_default();
    let mut expect = expectations(session, &login, &session.config.scopes);
    expect.now = last + 120;
    let checks = verify::check(
        login.tokens.id.as_ref(),
        &login.tokens.access,
        &login.keys,
        &expect,
    );
    let request = format!("good tokens, checked two minutes after their exp {last}");
    Ok(judge(request, &checks, &["id exp", "access exp"]))
}

/// Checks the login's tokens with claims from `change`, signed with a new key
/// that is accepted here: only what `change` breaks can fail.
async fn reissued(
    session: &mut Session<'_>,
    change: impl Fn(&Jwt) -> Map<String, Value>,
) -> Result<Vec<Check>> {
    let login = session.login().await?;
    let id = id_of(&login)?;
    let key = SigningKey::generate()?;
    let kid = |jwt: &Jwt| {
        jwt.header
            .get("kid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let keys = JwkSet::from_json(key.jwks(&[&kid(id), &kid(&login.tokens.access)]))?;
    let access = key.sign(&login.tokens.access.header, &change(&login.tokens.access))?;
    let mut claims = change(id);
    // It belongs to the old access token; that of the new one differs.
    claims.remove("at_hash");
    let id = key.sign(&id.header, &claims)?;
    let (Some(id), Some(access)) = (Jwt::decode_unverified(&id), Jwt::decode_unverified(&access))
    else {
        return Err(Failure::failed("The lab cannot read its own tokens"));
    };
    let expect = expectations(session, &login, &session.config.scopes);
    Ok(verify::check(Some(&id), &access, &keys, &expect))
}

pub(super) async fn other_issuer(session: &mut Session<'_>) -> Result<Outcome> {
    let other = format!("{}0", session.provider.issuer);
    let checks = reissued(session, |token| forge::with_claim(token, "iss", &other)).await?;
    let request = format!("tokens with valid signatures and \"iss\": \"{other}\"");
    Ok(judge(request, &checks, &["id iss", "access iss"]))
}

pub(super) async fn other_audience(session: &mut Session<'_>) -> Result<Outcome> {
    const OTHER: &str = "another-client";
    let change = |token: &Jwt| {
        let has_aud = token.payload.contains_key("aud");
        forge::with_claim(token, if has_aud { "aud" } else { "client_id" }, OTHER)
    };
    let checks = reissued(session, change).await?;
    let request = format!("tokens with valid signatures, \"aud\" and \"client_id\": \"{OTHER}\"");
    Ok(judge(request, &checks, &["id aud", "access client_id"]))
}

pub(super) async fn nonce_swapped(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let new = session.request();
    let mut expect = expectations(session, &login, &session.config.scopes);
    expect.nonce = Some(&new.nonce);
    let checks = verify::check(
        login.tokens.id.as_ref(),
        &login.tokens.access,
        &login.keys,
        &expect,
    );
    let request = format!(
        "tokens of an earlier login in a login whose nonce is {}",
        new.nonce
    );
    Ok(judge(request, &checks, &["id nonce"]))
}

pub(super) async fn forged_callback(session: &mut Session<'_>) -> Result<Outcome> {
    const WHY: &str = "What a hostile page makes the browser send to the waiting listener.";
    let expected = ExpectedResponse::to(&session.request(), session.provider);
    let port = match Listener::bind(&session.config.redirect_uri).await {
        Ok(port) => port,
        Err(failure) => return Ok(Outcome::not_shown(failure.to_string())),
    };
    let mut listener = port.start(expected);
    let mut url = secure_url("redirect_uri", &session.config.redirect_uri.uri)?;
    url.query_pairs_mut()
        .append_pair("code", "of-the-attacker")
        .append_pair("state", "guessed");
    let request = Request::get("listener", WHY, url.clone()).on(Channel::Headless);
    let response = session.http.send(request).await?;
    // The listener hands over a response before it replies: there must be none.
    let taken = tokio::time::timeout(Duration::ZERO, listener.callback())
        .await
        .is_ok();
    // The next sign-in needs the port.
    listener.close().await;
    let refused = response.status == StatusCode::BAD_REQUEST && !taken;
    let answer = format!("{}, and the listener keeps waiting", response.status);
    Ok(Outcome::judge(
        format!("GET {url}"),
        answer,
        refused,
        "the listener took it",
    ))
}
