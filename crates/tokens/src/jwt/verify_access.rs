//! The checks of access tokens. A client may know the format of Cognito's and of
//! those of RFC 9068; any other is a matter between server and API.

use crate::jwt::access_token::{AccessToken, AccessTokenKind};
use crate::jwt::algorithm;
use crate::jwt::check::{Check, TokenChecks, shown};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::jwt::shared_checks::{expiry, is_among, signature, times};

/// The checks that its format allows.
pub(super) fn access_token(
    access: &AccessToken,
    keys: &JwkSet,
    expect: &Expectations,
) -> Vec<Check> {
    let of = TokenChecks("access");
    let mut checks = match (&access.jwt, access.kind) {
        (Some(jwt), AccessTokenKind::Cognito) => cognito(of, jwt, keys, expect),
        (Some(jwt), AccessTokenKind::Rfc9068) => rfc9068(of, jwt, keys, expect),
        (Some(jwt), _) => other_jwt(of, jwt, keys, expect),
        (None, _) => vec![format(
            of,
            "opaque: only the API and the server can read it",
            "RFC 6749 1.4",
        )],
    };
    checks.extend(bound_to(of, access, expect));
    checks.push(scope(of, access, expect));
    checks
}

#[rustfmt::skip] // one line each
fn cognito(of: TokenChecks, access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let mut checks = signature(of, access, keys, expect.rules);
    checks.push(of.equal("iss", expect.issuer, access.payload.get("iss"), "RFC 7519 4.1.1"));
    // Cognito's access token has no `aud`: it says to whom it was issued, not
    // for which API.
    checks.push(of.equal("client_id", expect.client_id, access.payload.get("client_id"), "Cognito, RFC 9068 2.2"));
    checks.push(of.equal("token_use", "access", access.payload.get("token_use"), "Cognito"));
    checks.extend(times(of, access, None, expect.now));
    checks
}

/// Section 4, as far as it concerns a client: it is the API that `aud` names.
#[rustfmt::skip] // one line each
fn rfc9068(of: TokenChecks, access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let claim = |name: &str| access.payload.get(name);
    let present = |name: &'static str, rule| {
        of.check(name, claim(name).is_some_and(|value| !value.is_null()), "present", &shown(claim(name)), rule)
    };
    let mut checks = vec![of.check("typ", true, "at+jwt", &shown(access.header.get("typ")), "RFC 9068 2.1")];
    checks.extend(signature(of, access, keys, expect.rules));
    checks.push(of.equal("iss", expect.issuer, claim("iss"), "RFC 9068 4"));
    checks.push(present("aud", "RFC 9068 2.2"));
    checks.push(of.equal("client_id", expect.client_id, claim("client_id"), "RFC 9068 2.2"));
    checks.push(present("sub", "RFC 9068 2.2"));
    checks.push(present("jti", "RFC 9068 2.2"));
    checks.extend(times(of, access, None, expect.now));
    checks
}

/// A JWT of an unknown kind. Only where it is the issuer's own, and signed so
/// that this client can check it, must it stand the check.
#[rustfmt::skip] // one line each
fn other_jwt(of: TokenChecks, access: &Jwt, keys: &JwkSet, expect: &Expectations) -> Vec<Check> {
    let mut checks = vec![format(of, "a JWT, but not at+jwt: its claims are for the API", "RFC 9068 2.1")];
    let (iss, alg) = (access.payload.get("iss"), access.header.get("alg"));
    if iss.is_none_or(|iss| iss != expect.issuer) {
        let other = of.equal("iss", expect.issuer, iss, "RFC 7519 4.1.1");
        checks.push(other.into_note());
        return checks;
    }
    checks.push(of.equal("iss", expect.issuer, iss, "RFC 7519 4.1.1"));
    if algorithm::has_shared_secret(access) {
        let secret = of.check("alg", true, "asymmetric", &shown(alg), "RFC 7518 3.2");
        checks.push(secret.into_note());
    } else {
        checks.extend(signature(of, access, keys, expect.rules));
    }
    checks.push(expiry(of, access, expect.now));
    checks
}

/// What this client can make of the token.
fn format(of: TokenChecks, actual: &str, rule: &'static str) -> Check {
    of.check("format", true, "any", actual, rule).into_note()
}

/// The key and the APIs that it must be bound to. An opaque token does not show
/// it: the API asks the server.
fn bound_to(of: TokenChecks, access: &AccessToken, expect: &Expectations) -> Vec<Check> {
    let readable = match access.kind {
        AccessTokenKind::Cognito | AccessTokenKind::Rfc9068 => true,
        AccessTokenKind::OtherJwt => access.text("iss") == Some(expect.issuer),
        AccessTokenKind::Opaque => false,
    };
    let mut checks = Vec::new();
    if let Some(thumbprint) = expect.binding.thumbprint {
        let rule = if readable {
            "RFC 9449 6.1"
        } else {
            "RFC 9449 6.2"
        };
        let jkt = access.claim("cnf").and_then(|cnf| cnf.get("jkt"));
        checks.push(if readable || jkt.is_some() {
            of.equal("cnf jkt", thumbprint, jkt, rule)
        } else {
            let unseen = "not readable here: the API asks the server";
            of.check("cnf jkt", true, thumbprint, unseen, rule)
                .into_note()
        });
    }
    if readable && !expect.binding.resources.is_empty() {
        checks.push(audience(of, access, &expect.binding.resources));
    }
    checks
}

/// The APIs that were asked for. The server may name them differently, so
/// another `aud` is a note (RFC 8707 section 2).
fn audience(of: TokenChecks, access: &AccessToken, resources: &[&str]) -> Check {
    let aud = access.claim("aud");
    let good = resources.iter().all(|resource| is_among(aud, resource));
    let check = of.check(
        "aud resource",
        good,
        &resources.join(" "),
        &shown(aud),
        "RFC 8707 2",
    );
    if good { check } else { check.into_note() }
}

/// The server may grant other scopes than were requested, if it says so: more
/// are a note. A refresh must not widen what was granted (RFC 6749 section 6).
/// Where nothing says otherwise, they are those requested (section 5.1).
fn scope(of: TokenChecks, access: &AccessToken, expect: &Expectations) -> Check {
    let (scope, granted) = (access.scope(), access.scopes());
    if scope.is_none() && access.kind != AccessTokenKind::Cognito {
        return of.absent("scope", "RFC 6749 5.1");
    }
    let expected = if expect.scopes.is_empty() {
        "the server's own choice".to_owned()
    } else {
        format!("of: {}", expect.scopes.join(" "))
    };
    // Where none was asked for, the server chooses (RFC 6749 section 3.3).
    let asked = |scope: &String| expect.scopes.is_empty() || expect.scopes.contains(scope);
    let no_more = granted.iter().all(asked);
    let none_is_right = expect.scopes.is_empty();
    let good = (none_is_right || !granted.is_empty()) && (no_more || !expect.refreshed);
    let check = of.check(
        "scope",
        good,
        &expected,
        &shown(scope.as_ref()),
        "RFC 6749 3.3",
    );
    if good && !no_more {
        return check.into_note();
    }
    check
}

#[cfg(test)]
mod tests;
