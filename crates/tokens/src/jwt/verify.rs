//! Verifies tokens: every check with the expected and the actual value, and the
//! rule that it comes from.
//!
//! It does not use the crate `openidconnect`, which stops at the first check
//! that fails: the lesson shows all of them.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

use crate::crypto;
use crate::jwt::check::{Check, TokenChecks, Verdict, relative_time, shown};
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
    /// The `max_age` of the authorization request, in seconds: with it, the id
    /// token must say when the person signed in.
    pub max_age: Option<i64>,
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
    checks.push(of.equal("iss", expect.issuer, id.payload.get("iss"), "OIDC Core 3.1.3.7 (2)"));
    // An id token issued to another client, handed on by it, must not sign its
    // user in here.
    checks.push(audience(of, id, expect.client_id));
    // Both tokens have the same issuer and keys: this tells them apart.
    checks.push(of.equal("token_use", "id", id.payload.get("token_use"), "Cognito"));
    checks.extend(times(of, id, expect.max_age, expect.now));
    // Without it, the id token of an earlier login would pass for this one's.
    checks.push(nonce(of, id, expect));
    // Ties the access token to the id token, so that it cannot be swapped.
    let at_hash = crypto::at_hash(&access.raw);
    checks.push(of.equal_if_present("at_hash", &at_hash, id.payload.get("at_hash"), "OIDC Core 3.1.3.6"));
    checks
}

#[rustfmt::skip] // one line each
fn access_token(access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let of = TokenChecks("access");
    let mut checks = signature(of, access, keys);
    checks.push(of.equal("iss", expect.issuer, access.payload.get("iss"), "RFC 7519 4.1.1"));
    // Cognito's access token has no `aud`: it says to whom it was issued, not
    // for which API.
    checks.push(of.equal("client_id", expect.client_id, access.payload.get("client_id"), "Cognito, RFC 9068 2.2"));
    checks.push(of.equal("token_use", "access", access.payload.get("token_use"), "Cognito"));
    checks.extend(times(of, access, None, expect.now));
    checks.push(scope(of, access, expect));
    checks
}

#[rustfmt::skip] // one line each
fn signature(of: TokenChecks, token: &Jwt, keys: &JwkSet) -> Vec<Check> {
    let alg = token.header.get("alg");
    let kid = shown(token.header.get("kid"));
    // The algorithm is compared before anything is computed: a token must not
    // choose how it is verified.
    let valid = alg.is_some_and(|alg| alg == "RS256") && keys.verify_signature(token);
    let word = if valid { "valid" } else { "not valid" };
    let mut checks = vec![
        of.equal("alg", "RS256", alg, "RFC 8725 3.1"),
        of.check("kid", keys.has_key_of(token), "a key of jwks_uri", &kid, "RFC 7515 4.1.4"),
        of.check("signature", valid, "valid", word, "RFC 7515 5.2"),
    ];
    // Extensions that the verifier must understand; this client supports none.
    if let Some(crit) = token.header.get("crit") {
        checks.push(of.check("crit", false, "not present", &crit.to_string(), "RFC 7515 4.1.11"));
    }
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

#[rustfmt::skip] // one line each
fn times(of: TokenChecks, token: &Jwt, max_age: Option<i64>, now: i64) -> Vec<Check> {
    // Clocks differ a little, so LEEWAY seconds are allowed on either side.
    let past = |name, rule| {
        let good = token.time(name).is_some_and(|time| time - LEEWAY <= now);
        of.check(name, good, "not in the future", &when(token, name, now), rule)
    };
    let exp = token.time("exp");
    let good = exp.is_some_and(|time| time + LEEWAY > now);
    let mut checks = vec![of.check("exp", good, "in the future", &when(token, "exp", now), "RFC 7519 4.1.4")];
    if token.payload.contains_key("nbf") {
        checks.push(past("nbf", "RFC 7519 4.1.5"));
    }
    checks.push(past("iat", "RFC 7519 4.1.6"));
    checks.push(match (token.payload.contains_key("auth_time"), max_age) {
        (_, Some(max_age)) => signed_in_since(of, token, max_age, now),
        (true, None) => past("auth_time", "OIDC Core 2"),
        (false, None) => of.absent("auth_time", "OIDC Core 2"),
    });
    checks
}

/// With `max_age`, the person must have signed in no longer ago than that.
fn signed_in_since(of: TokenChecks, token: &Jwt, max_age: i64, now: i64) -> Check {
    let good = token.time("auth_time").is_some_and(|time| {
        let age = now - time;
        age >= -LEEWAY && age <= max_age.saturating_add(LEEWAY)
    });
    let expected = format!("{max_age} s ago at most");
    let actual = when(token, "auth_time", now);
    of.check(
        "auth_time",
        good,
        &expected,
        &actual,
        "OIDC Core 3.1.3.7 (13)",
    )
}

/// A time in words, or what stands in its place.
fn when(token: &Jwt, name: &str, now: i64) -> String {
    match token.time(name) {
        Some(time) => relative_time(Some(time), now),
        None => shown(token.payload.get(name)),
    }
}

fn nonce(of: TokenChecks, id: &Jwt, expect: &Expectations) -> Check {
    let (sent, got) = (
        expect.nonce.unwrap_or("the one sent"),
        id.payload.get("nonce"),
    );
    if expect.refreshed {
        of.equal_if_present("nonce", sent, got, "OIDC Core 12.2")
    } else {
        of.equal("nonce", sent, got, "OIDC Core 3.1.3.7 (11)")
    }
}

/// The server may grant other scopes than were requested, if it says so: more
/// are a note. A refresh must not widen what was granted (RFC 6749 section 6).
fn scope(of: TokenChecks, access: &Jwt, expect: &Expectations) -> Check {
    let granted = access.scopes();
    let actual = shown(access.payload.get("scope"));
    let expected = format!("of: {}", expect.scopes.join(" "));
    let asked = |scope: &&str| expect.scopes.iter().any(|asked| asked == scope);
    let no_more = granted.iter().all(asked);
    let good = !granted.is_empty() && (no_more || !expect.refreshed);
    let check = of.check("scope", good, &expected, &actual, "RFC 6749 3.3");
    if good && !no_more {
        return Check {
            verdict: Verdict::Note,
            ..check
        };
    }
    check
}

fn same_sub(id: &Jwt, access: &Jwt) -> Check {
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
    let issued: Option<Vec<i64>> = tokens.iter().map(|token| token.time("iat")).collect();
    let issued = issued?;
    let (first, last) = (*issued.iter().min()?, *issued.iter().max()?);
    let agree = last - first <= LEEWAY && (first - now).abs() > LEEWAY;
    (only_times && agree && !failed.is_empty()).then_some(last - now)
}

#[cfg(test)]
mod tests;
