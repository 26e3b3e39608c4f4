//! Verifies tokens: every check with the expected and the actual value, and the
//! rule that it comes from.
//!
//! It does not use the crate `openidconnect`, which stops at the first check
//! that fails: the lesson shows all of them.

use serde_json::Value;

use crate::jwt::access_token::AccessToken;
use crate::jwt::algorithm;
use crate::jwt::check::{Check, TokenChecks, shown};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::jwt::rules::AccessTokenFormat;
use crate::jwt::shared_checks::{LEEWAY, is_among, signature, times};
use crate::jwt::verify_access::access_token;

/// Checks both tokens, in the order of the printed table.
pub(crate) fn check(
    id: Option<&Jwt>,
    access: &AccessToken,
    keys: &JwkSet,
    expect: &Expectations,
) -> Vec<Check> {
    let mut checks = id.map_or_else(Vec::new, |id| id_token(id, access, keys, expect));
    checks.extend(access_token(access, keys, expect));
    if let (Some(id), AccessTokenFormat::Cognito) = (id, expect.rules.access_token) {
        checks.push(same_sub(id, access));
    }
    checks
}

#[rustfmt::skip] // one line each
fn id_token(id: &Jwt, access: &AccessToken, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let of = TokenChecks("id");
    let mut checks = signature(of, id, keys, expect.rules);
    // Who signed in. Cognito's access tokens say it too, and must agree; another
    // API's may have a name of its own for a person.
    if expect.rules.access_token == AccessTokenFormat::Any {
        checks.push(subject(of, id));
    }
    // Anyone can run an issuer with valid keys: only ours counts.
    checks.push(of.equal("iss", expect.issuer, id.payload.get("iss"), "OIDC Core 3.1.3.7 (2)"));
    // An id token issued to another client, handed on by it, must not sign its
    // user in here.
    checks.push(audience(of, id, expect.client_id));
    // Both tokens have the same issuer and keys: this tells them apart.
    if expect.rules.has_token_use {
        checks.push(of.equal("token_use", "id", id.payload.get("token_use"), "Cognito"));
    }
    checks.extend(times(of, id, expect.max_age, expect.now));
    // Without it, the id token of an earlier login would pass for this one's.
    checks.push(nonce(of, id, expect));
    // Ties the access token to the id token, so that it cannot be swapped.
    let at_hash = algorithm::at_hash(&access.raw, id);
    checks.push(of.equal_if_present("at_hash", &at_hash, id.payload.get("at_hash"), "OIDC Core 3.1.3.6"));
    checks
}

/// Checks a signed answer of the userinfo endpoint, OpenID Connect Core section
/// 5.3.2: it must name issuer and client.
pub(crate) fn userinfo(answer: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let of = TokenChecks("userinfo");
    let mut checks = signature(of, answer, keys, expect.rules);
    let (iss, aud) = (answer.payload.get("iss"), answer.payload.get("aud"));
    checks.push(of.equal("iss", expect.issuer, iss, "OIDC Core 5.3.2"));
    let named = is_among(aud, expect.client_id);
    let got = shown(aud);
    checks.push(of.check("aud", named, expect.client_id, &got, "OIDC Core 5.3.2"));
    checks
}

/// OpenID Connect Core section 3.1.3.7, items 3 to 5: only for this client. An
/// `azp` must name this client too.
fn audience(of: TokenChecks, id: &Jwt, client_id: &str) -> Check {
    let (aud, azp) = (id.payload.get("aud"), id.payload.get("azp"));
    let is_ours = |value: &Value| value == client_id;
    let only_ours = match aud {
        Some(Value::Array(many)) => !many.is_empty() && many.iter().all(is_ours),
        aud => aud.is_some_and(is_ours),
    };
    let good = only_ours && azp.is_none_or(is_ours);
    let actual = azp.map_or_else(|| shown(aud), |azp| format!("{}, azp {azp}", shown(aud)));
    of.check("aud", good, client_id, &actual, "OIDC Core 3.1.3.7 (3)")
}

fn nonce(of: TokenChecks, id: &Jwt, expect: &Expectations) -> Check {
    const RULE: &str = "OIDC Core 3.1.3.7 (11)";
    let got = id.payload.get("nonce");
    match expect.nonce {
        sent if expect.refreshed => {
            let sent = sent.unwrap_or("the one sent");
            of.equal_if_present("nonce", sent, got, "OIDC Core 12.2")
        }
        Some(sent) => of.equal("nonce", sent, got, RULE),
        // Not every flow has a request that could carry one.
        None => of.absent("nonce", RULE),
    }
}

fn subject(of: TokenChecks, id: &Jwt) -> Check {
    let sub = id.payload.get("sub");
    let named = sub
        .and_then(Value::as_str)
        .is_some_and(|sub| !sub.is_empty());
    of.check("sub", named, "a subject", &shown(sub), "OIDC Core 2")
}

fn same_sub(id: &Jwt, access: &AccessToken) -> Check {
    let both = TokenChecks("both");
    both.equal(
        "sub",
        access.text("sub").unwrap_or("a subject"),
        id.payload.get("sub"),
        "RFC 9068 2.2",
    )
}

/// By how many seconds this machine's clock seems to be behind (or ahead, if
/// negative), when nothing but times failed: tokens that were issued just now
/// all have their `iat` at the same distance from our time.
pub(crate) fn clock_is_behind(tokens: &[&Jwt], failed: &[&Check], now: i64) -> Option<i64> {
    let times = ["exp", "nbf", "iat", "auth_time"];
    let only_times = failed.iter().all(|check| times.contains(&check.check));
    let known: Option<Vec<i64>> = tokens.iter().map(|token| token.time("iat")).collect();
    let issued = known?;
    let (first, last) = (*issued.iter().min()?, *issued.iter().max()?);
    let agree = last - first <= LEEWAY && (first - now).abs() > LEEWAY;
    (only_times && agree && !failed.is_empty()).then_some(last - now)
}

#[cfg(test)]
mod tests;
