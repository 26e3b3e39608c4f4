//! The checks of a token from anywhere, as an API would make them: RFC 7519, and
//! RFC 9068 for an access token that says it follows it.

use crate::jwt::access_token::{AccessToken, AccessTokenKind};
use crate::jwt::check::{Check, TokenChecks, shown};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;
use crate::jwt::rules::TokenRules;
use crate::jwt::shared_checks::{expiry, is_among, not_in_the_future, signature};

/// What the token is checked against.
pub(crate) struct Wanted<'a> {
    pub rules: &'static TokenRules,
    pub issuer: &'a str,
    /// Whom the token must be meant for, if that is to be checked.
    pub audience: Option<&'a str>,
    pub now: i64,
}

/// Runs every check that the token's kind allows.
#[rustfmt::skip] // one line each
pub(crate) fn check(token: &Jwt, keys: &JwkSet, wanted: &Wanted<'_>) -> Vec<Check> {
    let of = TokenChecks("token");
    let kind = AccessToken::decode_unverified(&token.raw, None, wanted.rules).kind;
    let is_rfc9068 = kind == AccessTokenKind::Rfc9068;
    let mut checks = signature(of, token, keys, wanted.rules);
    checks.push(of.equal("iss", wanted.issuer, token.payload.get("iss"), "RFC 7519 4.1.1"));
    checks.push(audience(of, token, wanted));
    checks.push(expiry(of, token, wanted.now));
    for (name, rule) in [("nbf", "RFC 7519 4.1.5"), ("iat", "RFC 7519 4.1.6")] {
        let required = is_rfc9068 && name == "iat";
        if required || token.payload.contains_key(name) {
            checks.push(not_in_the_future(of, token, name, wanted.now, rule));
        }
    }
    if is_rfc9068 {
        checks.extend(["sub", "client_id", "jti"].map(|name| present(of, token, name)));
    }
    checks
}

/// The audience may be one of several. Cognito's access tokens have none, and
/// name the client instead, which is what its API Gateway looks at then.
fn audience(of: TokenChecks, token: &Jwt, wanted: &Wanted<'_>) -> Check {
    const RULE: &str = "RFC 7519 4.1.3";
    let claim = |name| token.payload.get(name);
    let client = claim("client_id").filter(|_| wanted.rules.has_token_use);
    let aud = claim("aud").or(client);
    let Some(audience) = wanted.audience else {
        return Check {
            expected: "any (--audience checks it)".to_owned(),
            actual: shown(aud),
            ..of.absent("aud", RULE)
        };
    };
    let good = is_among(aud, audience);
    of.check("aud", good, audience, &shown(aud), RULE)
}

fn present(of: TokenChecks, token: &Jwt, name: &'static str) -> Check {
    let claim = token.payload.get(name);
    let good = claim.is_some_and(|value| !value.is_null());
    of.check(name, good, "present", &shown(claim), "RFC 9068 2.2")
}

#[cfg(test)]
mod tests;
