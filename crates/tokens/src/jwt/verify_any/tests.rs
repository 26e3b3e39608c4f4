//! What is checked of a token from anywhere, by what it says it is.

use serde_json::{Value, json};

use super::*;
use crate::jwt::check::Verdict;
use crate::jwt::rules::OPENID;
use crate::jwt::sign::SigningKey;

const NOW: i64 = 1_800_000_000;

/// The checks of a token with this `typ`, good but for the change.
fn checks(typ: &str, audience: Option<&str>, change: impl Fn(&mut Value)) -> Vec<Check> {
    let mut claims = json!({
        "iss": "https://issuer", "aud": "api", "sub": "s", "client_id": "c", "jti": "j",
        "iat": NOW - 10, "exp": NOW + 600,
    });
    change(&mut claims);
    let key = SigningKey::of_tests();
    let header = json!({"alg": "RS256", "kid": "k", "typ": typ});
    let token = Jwt::decode_unverified(&key.sign(&header, &claims).unwrap()).unwrap();
    let wanted = Wanted {
        rules: &OPENID,
        issuer: "https://issuer",
        audience,
        now: NOW,
    };
    check(
        &token,
        &JwkSet::from_json(key.jwks(&["k"]), &OPENID).unwrap(),
        &wanted,
    )
}

/// The names of the checks with this verdict.
fn names(checks: &[Check], verdict: Verdict) -> Vec<&'static str> {
    let named = checks.iter().filter(|check| check.verdict == verdict);
    named.map(|check| check.check).collect()
}

#[test]
fn an_access_token_of_rfc_9068_must_have_its_claims_and_no_other_token_must() {
    for claim in ["iat", "sub", "client_id", "jti"] {
        let without = |claims: &mut Value| drop(claims.as_object_mut().unwrap().remove(claim));
        let of_rfc9068 = checks("at+jwt", Some("api"), without);
        assert_eq!(names(&of_rfc9068, Verdict::Fail), [claim]);
        let of_others = checks("JWT", Some("api"), without);
        assert!(names(&of_others, Verdict::Fail).is_empty(), "{claim}");
        assert!(
            !of_others.iter().any(|check| check.check == claim),
            "{claim}"
        );
    }
    let good = checks("at+jwt", Some("api"), |_| {});
    assert!(names(&good, Verdict::Fail).is_empty(), "{good:?}");
}

#[test]
fn times_that_are_there_are_checked_in_any_token() {
    for typ in ["at+jwt", "JWT"] {
        for claim in ["iat", "nbf"] {
            let later = checks(typ, Some("api"), |claims| claims[claim] = json!(NOW + 600));
            assert_eq!(names(&later, Verdict::Fail), [claim], "{typ}");
        }
    }
}

#[test]
fn an_audience_that_is_not_asked_for_is_shown() {
    let checks = checks("JWT", None, |_| {});
    let aud = checks.iter().find(|check| check.check == "aud").unwrap();
    assert_eq!(aud.verdict, Verdict::Absent);
    assert_eq!(aud.actual, "api");
    assert_eq!(aud.expected, "any (--audience checks it)");
}
