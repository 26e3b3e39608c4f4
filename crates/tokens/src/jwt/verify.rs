//! Verifies tokens: every check with the expected and the actual value, and the
//! rule that it comes from.
//!
//! It does not use the crate `openidconnect`, which stops at the first check
//! that fails: the lesson shows all of them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::crypto;
use crate::jwt::check::{Check, TokenChecks, relative_time};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;

/// Clock skew, in seconds: RFC 7519 section 4.1.4 allows "a few minutes"; one
/// is enough.
const LEEWAY: i64 = 60;

/// What the tokens are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Expectations<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// The nonce of the authorization request.
    pub nonce: Option<&'a str>,
    /// Whether the tokens come from a refresh: if so, the nonce may be missing
    /// (OpenID Connect Core section 12.2).
    pub refreshed: bool,
    pub scopes: &'a [String],
    pub now: i64,
}

/// The current time, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}

/// Checks both tokens, in the order of the printed table.
pub(crate) fn check(
    id: Option<&Jwt>,
    access: &Jwt,
    keys: &JwkSet,
    expect: &Expectations,
) -> Vec<Check> {
    let mut checks = id.map_or_else(Vec::new, |id| id_token(id, access, keys, expect));
    checks.extend(access_token(access, keys, expect));
    if let Some(id) = id {
        checks.push(same_sub(id, access));
    }
    checks
}

#[rustfmt::skip] // one line each
fn id_token(id: &Jwt, access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let of = TokenChecks("id");
    let mut checks = signature(of, id, keys);
    // Anyone can run an issuer with valid keys: only ours counts.
    checks.push(of.equal("iss", expect.issuer, id.text("iss"), "OIDC Core 3.1.3.7 (2)"));
    // An id token issued to another client, handed on by it, must not sign its
    // user in here.
    checks.push(audience(of, id, expect.client_id));
    // Both tokens have the same issuer and keys: this tells them apart.
    checks.push(of.equal("token_use", "id", id.text("token_use"), "Cognito"));
    checks.extend(times(of, id, expect.now));
    // Without it, the id token of an earlier login would pass for this one's.
    checks.push(nonce(of, id, expect));
    // Ties the access token to the id token, so that it cannot be swapped.
    let at_hash = crypto::at_hash(&access.raw);
    checks.push(of.equal_if_present("at_hash", &at_hash, id.text("at_hash"), "OIDC Core 3.1.3.6"));
    checks
}

#[rustfmt::skip] // one line each
fn access_token(access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let of = TokenChecks("access");
    let mut checks = signature(of, access, keys);
    checks.push(of.equal("iss", expect.issuer, access.text("iss"), "RFC 7519 4.1.1"));
    // Cognito's access token has no `aud`: it says to whom it was issued, not
    // for which API.
    checks.push(of.equal("client_id", expect.client_id, access.text("client_id"), "Cognito, RFC 9068 2.2"));
    checks.push(of.equal("token_use", "access", access.text("token_use"), "Cognito"));
    checks.extend(times(of, access, expect.now));
    checks.push(scope(of, access, expect.scopes));
    checks
}

#[rustfmt::skip] // one line each
fn signature(of: TokenChecks, token: &Jwt, keys: &JwkSet) -> Vec<Check> {
    let header = |name| token.header.get(name).and_then(Value::as_str);
    let kid = header("kid").unwrap_or("none");
    // The algorithm is compared before anything is computed: a token must not
    // choose how it is verified.
    let valid = header("alg") == Some("RS256") && keys.verify_signature(token);
    let shown = if valid { "valid" } else { "not valid" };
    let mut checks = vec![
        of.equal("alg", "RS256", header("alg"), "RFC 8725 3.1"),
        of.check("kid", keys.has_key_of(token), "a key of jwks_uri", kid, "RFC 7515 4.1.4"),
        of.check("signature", valid, "valid", shown, "RFC 7515 5.2"),
    ];
    // Extensions that the verifier must understand; this client supports none.
    if let Some(crit) = token.header.get("crit") {
        checks.push(of.check("crit", false, "not present", &crit.to_string(), "RFC 7515 4.1.11"));
    }
    checks
}

/// OpenID Connect Core section 3.1.3.7, items 3 to 5: only for this client.
fn audience(of: TokenChecks, id: &Jwt, client_id: &str) -> Check {
    let audiences: Vec<&str> = match id.payload.get("aud") {
        Some(Value::String(one)) => vec![one],
        Some(Value::Array(many)) => many.iter().filter_map(Value::as_str).collect(),
        _ => Vec::new(),
    };
    let ours = audiences == [client_id] && id.text("azp").is_none_or(|azp| azp == client_id);
    let shown = text_of(&audiences);
    of.check("aud", ours, client_id, &shown, "OIDC Core 3.1.3.7 (3)")
}

#[rustfmt::skip] // one line each
fn times(of: TokenChecks, token: &Jwt, now: i64) -> Vec<Check> {
    // Clocks differ a little, so LEEWAY seconds are allowed on either side.
    let past = |name, rule| {
        let time = token.time(name);
        let good = time.is_some_and(|time| time <= now + LEEWAY);
        of.check(name, good, "not in the future", &relative_time(time, now), rule)
    };
    let exp = token.time("exp");
    let good = exp.is_some_and(|time| time + LEEWAY > now);
    let mut checks = vec![of.check("exp", good, "in the future", &relative_time(exp, now), "RFC 7519 4.1.4")];
    if token.payload.contains_key("nbf") {
        checks.push(past("nbf", "RFC 7519 4.1.5"));
    }
    checks.push(past("iat", "RFC 7519 4.1.6"));
    checks.push(past("auth_time", "OIDC Core 2"));
    checks
}

fn nonce(of: TokenChecks, id: &Jwt, expect: &Expectations) -> Check {
    let (sent, got) = (expect.nonce.unwrap_or("the one sent"), id.text("nonce"));
    if expect.refreshed {
        of.equal_if_present("nonce", sent, got, "OIDC Core 12.2")
    } else {
        of.equal("nonce", sent, got, "OIDC Core 3.1.3.7 (11)")
    }
}

fn text_of(words: &[&str]) -> String {
    if words.is_empty() {
        return "none".to_owned();
    }
    words.join(" ")
}

/// The server may grant fewer scopes than were requested, but not more.
fn scope(of: TokenChecks, access: &Jwt, asked: &[String]) -> Check {
    let granted = access.scopes();
    let good = !granted.is_empty() && granted.iter().all(|scope| asked.iter().any(|a| a == scope));
    let shown = text_of(&granted);
    let expected = format!("of: {}", asked.join(" "));
    of.check("scope", good, &expected, &shown, "RFC 6749 3.3")
}

fn same_sub(id: &Jwt, access: &Jwt) -> Check {
    let both = TokenChecks("both");
    both.equal(
        "sub",
        access.text("sub").unwrap_or("a subject"),
        id.text("sub"),
        "RFC 9068 2.2",
    )
}

#[cfg(test)]
mod tests;
