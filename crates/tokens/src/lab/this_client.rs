//! Experiments with this program's own checks. Exactly the check under test
//! must fail: any other would show something else.

use std::time::Duration;

use api_core::{Failure, Result};
use reqwest::StatusCode;
use serde_json::{Map, Value};

use super::Lab;
use super::experiment::Report;
use super::mint::{self, Mint};
use crate::http::call::Call;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::Keys;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::Expected;
use crate::output::transcript::Channel;
use crate::signin::listener::callback::Listener;
use crate::verified_login::Login;
use api_http::hosts::secure_url;

/// Checks tokens as a login does and compares what fails with what should.
fn judge(request: String, checks: &[Check], expected: &[&str]) -> Report {
    let failed = check::failed(checks);
    let names: Vec<String> = failed
        .iter()
        .map(|c| format!("{} {}", c.token, c.check))
        .collect();
    let told = failed.iter().map(|c| {
        format!(
            "{} of the {} token: expected {}, got {} ({})",
            c.check, c.token, c.expected, c.actual, c.rule
        )
    });
    let answer = match failed.is_empty() {
        true => "every check holds".to_owned(),
        false => told.collect::<Vec<_>>().join("\n"),
    };
    let otherwise = format!(
        "should have failed: {}; failed: {}",
        expected.join(", "),
        names.join(", ")
    );
    Report::judge(request, answer, names == expected, &otherwise)
}

/// What the login's own tokens pass.
fn expectations<'a>(lab: &'a Lab<'_>, login: &'a Login, scopes: &'a [String]) -> Expectations<'a> {
    Expectations {
        issuer: &lab.provider.issuer,
        client_id: &lab.app.client_id,
        nonce: login.id.as_ref().and_then(|id| id.text("nonce")),
        refreshed: false,
        scopes,
        now: verify::now(),
    }
}

fn id_of(login: &Login) -> Result<&Jwt> {
    login
        .id
        .as_ref()
        .ok_or_else(|| Failure::failed("The login gave no id token"))
}

pub(super) async fn expired(lab: &mut Lab<'_>) -> Result<Report> {
    let full = lab.full().await?;
    let last = id_of(&full)?
        .time("exp")
        .max(full.access.time("exp"))
        .unwrap_or_default();
    let mut expect = expectations(lab, &full, &lab.app.scopes);
    expect.now = last + 120;
    let checks = verify::check(full.id.as_ref(), &full.access, &full.keys, &expect);
    let request = format!("good tokens, checked two minutes after their exp {last}");
    Ok(judge(request, &checks, &["id exp", "access exp"]))
}

/// The login's tokens issued anew by somebody with good keys of their own: all
/// checks hold but for what `change` does.
async fn reissued(
    lab: &mut Lab<'_>,
    change: impl Fn(&Jwt) -> Map<String, Value>,
) -> Result<Vec<Check>> {
    let full = lab.full().await?;
    let id = id_of(&full)?;
    let mint = Mint::new()?;
    let kid = |jwt: &Jwt| {
        jwt.header
            .get("kid")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned()
    };
    let keys = Keys::of(mint.jwks(&[&kid(id), &kid(&full.access)]))?;
    let access = mint.sign(&full.access, &change(&full.access))?;
    let mut claims = change(id);
    // Of the access token before; the new one has another.
    claims.remove("at_hash");
    let id = mint.sign(id, &claims)?;
    let (Some(id), Some(access)) = (Jwt::decode(&id), Jwt::decode(&access)) else {
        return Err(Failure::failed("The lab's own tokens cannot be read"));
    };
    let expect = expectations(lab, &full, &lab.app.scopes);
    Ok(verify::check(Some(&id), &access, &keys, &expect))
}

pub(super) async fn other_issuer(lab: &mut Lab<'_>) -> Result<Report> {
    let other = format!("{}0", lab.provider.issuer);
    let checks = reissued(lab, |token| mint::with_claim(token, "iss", &other)).await?;
    let request = format!("tokens with valid signatures and \"iss\": \"{other}\"");
    Ok(judge(request, &checks, &["id iss", "access iss"]))
}

pub(super) async fn other_audience(lab: &mut Lab<'_>) -> Result<Report> {
    const OTHER: &str = "another-client";
    let change = |token: &Jwt| match token.payload.contains_key("aud") {
        true => mint::with_claim(token, "aud", OTHER),
        false => mint::with_claim(token, "client_id", OTHER),
    };
    let checks = reissued(lab, change).await?;
    let request = format!("tokens with valid signatures, \"aud\" and \"client_id\": \"{OTHER}\"");
    Ok(judge(request, &checks, &["id aud", "access client_id"]))
}

pub(super) async fn nonce_swapped(lab: &mut Lab<'_>) -> Result<Report> {
    let full = lab.full().await?;
    let new = AuthorizationRequest::new(lab.app, lab.provider, &lab.app.scopes, false);
    let mut expect = expectations(lab, &full, &lab.app.scopes);
    expect.nonce = Some(&new.nonce);
    let checks = verify::check(full.id.as_ref(), &full.access, &full.keys, &expect);
    let request = format!(
        "tokens of an earlier login in a login whose nonce is {}",
        new.nonce
    );
    Ok(judge(request, &checks, &["id nonce"]))
}

pub(super) async fn forged_callback(lab: &mut Lab<'_>) -> Result<Report> {
    let asked = AuthorizationRequest::new(lab.app, lab.provider, &lab.app.scopes, false);
    let expected = Expected {
        state: asked.state.clone(),
        issuer: lab.provider.issuer.clone(),
    };
    let listener = match Listener::bind(&lab.app.callback).await {
        Ok(listener) => listener,
        Err(failure) => return Ok(Report::not_shown(failure.to_string())),
    };
    let mut waiting = listener.wait_for(expected);
    let mut url = secure_url("redirect_uri", &lab.app.callback.uri)?;
    url.query_pairs_mut()
        .append_pair("code", "of-the-attacker")
        .append_pair("state", "guessed");
    const WHY: &str = "What a hostile page makes the browser send to the waiting listener.";
    let call = Call::get("listener", WHY, url.clone()).on(Channel::Front);
    let answer = lab.http.send(call).await?;
    // The listener hands an answer over before it replies: nothing may be there.
    let taken = tokio::time::timeout(Duration::ZERO, waiting.arrival())
        .await
        .is_ok();
    let refused = answer.status == StatusCode::BAD_REQUEST && !taken;
    let said = format!("{}, and the listener goes on waiting", answer.status);
    Ok(Report::judge(
        format!("GET {url}"),
        said,
        refused,
        "the listener took it",
    ))
}
