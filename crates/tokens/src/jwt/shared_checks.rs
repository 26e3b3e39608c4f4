//! The checks that id tokens and access tokens share: signature and times.

use serde_json::Value;

use crate::jwt::algorithm;
use crate::jwt::check::{Check, TokenChecks, relative_time, shown};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::{JwkSet, NoKey};
use crate::jwt::rules::TokenRules;

/// Clock skew, in seconds: RFC 7519 section 4.1.4 allows "a few minutes"; one
/// is enough.
pub(super) const LEEWAY: i64 = 60;

#[rustfmt::skip] // one line each
pub(super) fn signature(of: TokenChecks, token: &Jwt, keys: &JwkSet, rules: &TokenRules) -> Vec<Check> {
    let alg = shown(token.header.get("alg"));
    // The algorithm is compared before anything is computed: a token must not
    // choose how it is verified.
    let allowed = algorithm::of(token).is_some_and(|alg| rules.algorithms.contains(&alg));
    let expected = match (rules.algorithms, algorithm::of(token)) {
        ([only], _) => algorithm::name(*only),
        (all, None) if alg != "none" => algorithm::names(all),
        _ => "asymmetric".to_owned(),
    };
    let (found, key) = key(token, keys);
    let valid = allowed && keys.verify_signature(token);
    let word = if valid { "valid" } else { "not valid" };
    let mut checks = vec![
        of.check("alg", allowed, &expected, &alg, "RFC 8725 3.1"),
        of.check("kid", found, "a key of jwks_uri", &key, "RFC 7515 4.1.4"),
        of.check("signature", valid, "valid", word, "RFC 7515 5.2"),
    ];
    // Extensions that the verifier must understand; this client supports none.
    if let Some(crit) = token.header.get("crit") {
        checks.push(of.check("crit", false, "not present", &crit.to_string(), "RFC 7515 4.1.11"));
    }
    checks
}

/// Whether there is a key for the token, and which, or why not.
fn key(token: &Jwt, keys: &JwkSet) -> (bool, String) {
    let kid = shown(token.header.get("kid"));
    match keys.key_of(token) {
        Ok(_) if token.header.contains_key("kid") => (true, kid),
        Ok(_) => (true, "none, and one key fits".to_owned()),
        Err(NoKey::Missing) => (false, kid),
        Err(NoKey::Misfit(why)) => (false, format!("{kid}: {why}")),
        Err(NoKey::Ambiguous) => (false, "none, and several keys fit".to_owned()),
    }
}

/// Whether an `aud`, which may be one or several, names this one (RFC 7519 section
/// 4.1.3).
pub(super) fn is_among(aud: Option<&Value>, name: &str) -> bool {
    match aud {
        Some(Value::Array(many)) => many.iter().any(|one| one == name),
        one => one.is_some_and(|one| one == name),
    }
}

#[rustfmt::skip] // one line each
pub(super) fn times(of: TokenChecks, token: &Jwt, max_age: Option<i64>, now: i64) -> Vec<Check> {
    let past = |name, rule| not_in_the_future(of, token, name, now, rule);
    let mut checks = vec![expiry(of, token, now)];
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

/// A time that must be there, and not after now. Clocks differ a little, so
/// LEEWAY seconds are allowed.
#[rustfmt::skip] // one line each
pub(super) fn not_in_the_future(of: TokenChecks, token: &Jwt, name: &'static str, now: i64, rule: &'static str) -> Check {
    let good = token.time(name).is_some_and(|time| time - LEEWAY <= now);
    of.check(name, good, "not in the future", &when(token, name, now), rule)
}

#[rustfmt::skip] // one line each
pub(super) fn expiry(of: TokenChecks, token: &Jwt, now: i64) -> Check {
    let exp = token.time("exp");
    let good = exp.is_some_and(|time| time + LEEWAY > now);
    of.check("exp", good, "in the future", &when(token, "exp", now), "RFC 7519 4.1.4")
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
