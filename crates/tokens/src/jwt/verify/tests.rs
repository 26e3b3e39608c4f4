//! Each check against a token that violates it, signed with keys made here.

use serde_json::json;

use super::*;
use crate::crypto;
use crate::jwt::check::{Verdict, failed, relative_time};
use crate::jwt::expectations::Binding;
use crate::jwt::rules;
use crate::jwt::sign::{SigningKey, hs256, unsigned};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a";

/// Two valid tokens; each test breaks them in one place.
struct Case {
    key: &'static SigningKey,
    keys: JwkSet,
    header: Value,
    id: Value,
    access: Value,
    refreshed: bool,
    max_age: Option<i64>,
}

impl Case {
    fn new() -> Case {
        let key = SigningKey::of_tests();
        let keys = JwkSet::from_json(key.jwks(&["k1"]), &rules::COGNITO).unwrap();
        let common =
            json!({"sub": "s", "iss": ISSUER, "iat": NOW, "auth_time": NOW, "exp": NOW + 3600});
        let with = |more: Value| {
            let mut claims = common.clone();
            claims
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
            claims
        };
        Case {
            key,
            keys,
            header: json!({"alg": "RS256", "kid": "k1"}),
            id: with(json!({"token_use": "id", "aud": "client", "nonce": "n"})),
            access: with(
                json!({"token_use": "access", "client_id": "client", "scope": "openid email"}),
            ),
            refreshed: false,
            max_age: None,
        }
    }

    /// The names of the checks that fail, as "token check".
    fn failing(&self) -> Vec<String> {
        self.with(Verdict::Fail)
    }

    /// The names of the checks with this verdict, as "token check".
    fn with(&self, verdict: Verdict) -> Vec<String> {
        names(
            &self.checks(&self.signed(&self.id), &self.signed(&self.access)),
            verdict,
        )
    }

    fn signed(&self, claims: &Value) -> String {
        self.key.sign(&self.header, claims).unwrap()
    }

    fn failing_of(&self, id: &str, access: &str) -> Vec<String> {
        names(&self.checks(id, access), Verdict::Fail)
    }

    fn checks(&self, id: &str, access: &str) -> Vec<Check> {
        let id = Jwt::decode_unverified(id).unwrap();
        let access = AccessToken::decode_unverified(access, None, &rules::COGNITO);
        let scopes = ["openid", "email", "profile"].map(str::to_owned);
        let expect = Expectations {
            rules: &rules::COGNITO,
            issuer: ISSUER,
            client_id: "client",
            nonce: Some("n"),
            refreshed: self.refreshed,
            scopes: &scopes,
            max_age: self.max_age,
            binding: Binding::default(),
            now: NOW,
        };
        check(Some(&id), &access, &self.keys, &expect)
    }
}

fn names(checks: &[Check], verdict: Verdict) -> Vec<String> {
    let with = checks.iter().filter(|check| check.verdict == verdict);
    with.map(|c| format!("{} {}", c.token, c.check)).collect()
}

#[test]
fn good_tokens_pass_every_check() {
    assert_eq!(Case::new().failing(), [""; 0]);
}

#[test]
fn every_claim_of_the_id_token_is_held_against_its_rule() {
    for (claim, bad) in [
        (
            "iss",
            json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_b"),
        ),
        ("aud", json!("another")),
        ("aud", json!(["client", "another"])),
        ("token_use", json!("access")),
        ("iss", Value::Null),
        ("aud", Value::Null),
        ("token_use", Value::Null),
        ("exp", json!(NOW - 61)),
        ("exp", Value::Null),
        ("exp", json!("4000000000")),
        ("iat", json!(NOW + 61)),
        ("iat", Value::Null),
        ("auth_time", Value::Null),
        ("auth_time", json!("yesterday")),
        ("nbf", json!("now")),
        ("nbf", json!(NOW + 61)),
        ("auth_time", json!(NOW + 61)),
        ("nonce", json!("m")),
        ("nonce", Value::Null),
        ("nonce", json!(12345)),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
        ("at_hash", json!(5)),
        ("at_hash", Value::Null),
        ("aud", json!(["client", {"a": 1}])),
        ("aud", json!([{"a": "client"}])),
        ("aud", json!([["client"]])),
        ("aud", json!([])),
        ("aud", json!({"client": true})),
        ("aud", json!("client another")),
        ("iss", json!([ISSUER])),
    ] {
        let mut case = Case::new();
        case.id[claim] = bad.clone();
        assert_eq!(case.failing(), [format!("id {claim}")], "{bad}");
    }
    for azp in [json!("another"), json!(5), json!(["client"]), Value::Null] {
        let mut case = Case::new();
        case.id["azp"] = azp.clone();
        assert_eq!(case.failing(), ["id aud"], "{azp}");
    }
}

#[test]
fn what_the_rules_allow_passes() {
    for (claim, good) in [
        ("aud", json!(["client"])),
        ("azp", json!("client")),
        ("exp", json!(NOW - 59)),
        ("exp", json!(NOW as f64 + 0.5)),
        ("iat", json!(NOW + 60)),
        ("nbf", json!(NOW + 60)),
        ("auth_time", json!(NOW + 60)),
        ("auth_time", json!(0)),
    ] {
        let mut case = Case::new();
        case.id[claim] = good.clone();
        assert_eq!(case.failing(), [""; 0], "{claim} {good}");
    }
}

/// Numbers at the edges of what a number can be: as a time, none is one.
#[test]
fn a_number_that_no_clock_shows_is_no_time() {
    for number in [
        "253402300800",
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "-9223372036854775809",
        "1e300",
        "-1e300",
        "1e400",
        "true",
        "{}",
    ] {
        for claim in ["exp", "iat", "nbf", "auth_time"] {
            let mut case = Case::new();
            case.id[claim] = serde_json::from_str(number).unwrap();
            let checks = case.checks(&case.signed(&case.id), &case.signed(&case.access));
            let failed = failed(&checks);
            assert_eq!(failed.len(), 1, "{claim} {number}");
            assert_eq!(failed[0].check, claim);
            // It is shown as it came.
            assert_eq!(failed[0].actual, case.id[claim].to_string());
        }
    }
}

#[test]
fn auth_time_is_demanded_only_with_max_age() {
    let mut case = Case::new();
    case.id.as_object_mut().unwrap().remove("auth_time");
    case.access.as_object_mut().unwrap().remove("auth_time");
    assert_eq!(case.failing(), [""; 0]);
    let absent = case.with(Verdict::Absent);
    assert_eq!(
        absent,
        ["id auth_time", "id at_hash", "access auth_time"],
        "they are said to be absent"
    );
    case.max_age = Some(600);
    assert_eq!(case.failing(), ["id auth_time"]);
    for (age, fails) in [(0, false), (600, false), (660, false), (661, true)] {
        case.id["auth_time"] = json!(NOW - age);
        assert_eq!(!case.failing().is_empty(), fails, "{age} s");
    }
}

#[test]
fn more_scopes_than_asked_for_are_a_note_and_after_a_refresh_a_failure() {
    let mut case = Case::new();
    case.access["scope"] = json!("openid email admin");
    assert_eq!(case.failing(), [""; 0]);
    assert_eq!(case.with(Verdict::Note), ["access scope"]);
    case.refreshed = true;
    assert_eq!(case.failing(), ["access scope"]);
}

/// All times of both tokens `by` seconds later, as a machine sees them whose
/// clock is that much behind; then what the checks make of it.
#[test]
fn a_wrong_clock_is_told_from_wrong_tokens() {
    let seen = |by: i64, change: fn(&mut Case)| {
        let mut case = Case::new();
        for claims in [&mut case.id, &mut case.access] {
            for name in ["iat", "auth_time", "exp"] {
                claims[name] = json!(claims[name].as_i64().unwrap() + by);
            }
        }
        change(&mut case);
        let (id, access) = (case.signed(&case.id), case.signed(&case.access));
        let checks = case.checks(&id, &access);
        let tokens = [id, access].map(|raw| Jwt::decode_unverified(&raw).unwrap());
        clock_is_behind(&[&tokens[0], &tokens[1]], &failed(&checks), NOW)
    };
    assert_eq!(seen(600, |_| {}), Some(600));
    assert_eq!(seen(-7200, |_| {}), Some(-7200));
    assert_eq!(seen(0, |_| {}), None, "nothing failed");
    assert_eq!(seen(-600, |_| {}), None, "within the tokens' life");
    assert_eq!(seen(600, |case| case.id["nonce"] = json!("m")), None);
    let expired = |case: &mut Case| case.id["exp"] = json!(NOW - 100);
    assert_eq!(seen(0, expired), None, "issued now, and expired");
    assert_eq!(
        seen(-LEEWAY, expired),
        None,
        "a clock may be off by this much"
    );
    assert_eq!(seen(-LEEWAY - 1, expired), Some(-LEEWAY - 1));
    let old = |case: &mut Case| case.access["iat"] = json!(NOW + 900);
    assert_eq!(seen(600, old), None, "by different amounts");
}

#[test]
fn every_claim_of_the_access_token_is_held_against_its_rule() {
    for (claim, bad) in [
        ("iss", json!("https://evil.example")),
        ("iss", Value::Null),
        ("client_id", json!("another")),
        ("client_id", Value::Null),
        ("token_use", Value::Null),
        ("exp", Value::Null),
        ("iat", Value::Null),
        ("token_use", json!("id")),
        ("exp", json!(NOW - 61)),
        ("iat", json!(NOW + 61)),
        ("auth_time", json!(NOW + 61)),
        ("scope", json!(["openid"])),
        ("client_id", json!(["client"])),
        ("auth_time", json!("now")),
        ("scope", json!("")),
        ("scope", Value::Null),
    ] {
        let mut case = Case::new();
        case.access[claim] = bad.clone();
        assert_eq!(case.failing(), [format!("access {claim}")], "{bad}");
    }
}

#[test]
fn after_a_refresh_the_nonce_may_be_missing_but_not_another() {
    let mut case = Case::new();
    case.refreshed = true;
    assert_eq!(case.failing(), [""; 0]);
    case.id["nonce"] = json!("m");
    assert_eq!(case.failing(), ["id nonce"]);
    case.id.as_object_mut().unwrap().remove("nonce");
    assert_eq!(case.failing(), [""; 0]);
}

#[test]
fn both_tokens_must_speak_of_the_same_person() {
    let mut case = Case::new();
    case.access["sub"] = json!("t");
    assert_eq!(case.failing(), ["both sub"]);
    case.access["sub"] = Value::Null;
    case.id["sub"] = Value::Null;
    assert_eq!(case.failing(), ["both sub"]);
}

#[test]
fn at_hash_is_checked_where_it_is() {
    let mut case = Case::new();
    let access = case.key.sign(&case.header, &case.access).unwrap();
    case.id["at_hash"] = json!(crypto::base64url(&crypto::sha256(access.as_bytes())[..16]));
    assert_eq!(case.failing(), [""; 0]);
}

#[test]
fn a_signature_by_another_key_under_the_same_kid_fails() {
    let case = Case::new();
    let other = SigningKey::generate().unwrap();
    let signed = |claims| other.sign(&case.header, claims).unwrap();
    assert_eq!(
        case.failing_of(&signed(&case.id), &signed(&case.access)),
        ["id signature", "access signature"]
    );
}

#[test]
fn a_changed_payload_fails() {
    let case = Case::new();
    let access = case.key.sign(&case.header, &case.access).unwrap();
    let signed = case.key.sign(&case.header, &case.id).unwrap();
    let mut claims = case.id.clone();
    claims["email"] = json!("admin@example.com");
    let forged = format!(
        "{}.{}",
        unsigned(&case.header, &claims),
        signed.rsplit('.').next().unwrap()
    );
    assert_eq!(case.failing_of(&forged, &access), ["id signature"]);
}

/// An extension that must be understood but is not (RFC 7515 section 4.1.11).
#[test]
fn a_critical_extension_fails() {
    let mut case = Case::new();
    case.header["crit"] = json!(["exp"]);
    assert_eq!(case.failing(), ["id crit", "access crit"]);
}

#[test]
fn an_unknown_kid_fails() {
    let mut case = Case::new();
    case.header["kid"] = json!("k2");
    assert_eq!(
        case.failing(),
        ["id kid", "id signature", "access kid", "access signature"]
    );
}

#[test]
fn alg_none_fails_with_and_without_a_signature() {
    let case = Case::new();
    let access = case.key.sign(&case.header, &case.access).unwrap();
    let header = json!({"alg": "none", "kid": "k1"});
    let without_query = format!("{}.", unsigned(&header, &case.id));
    assert_eq!(
        case.failing_of(&without_query, &access),
        ["id alg", "id signature"]
    );
    let signed = case.key.sign(&header, &case.id).unwrap();
    assert_eq!(
        case.failing_of(&signed, &access),
        ["id alg", "id signature"]
    );
}

/// Algorithm confusion: the public key, which everybody has, as the secret.
#[test]
fn hs256_with_the_public_key_as_its_secret_fails() {
    let case = Case::new();
    let access = case.key.sign(&case.header, &case.access).unwrap();
    let header = json!({"alg": "HS256", "kid": "k1"});
    let forged = hs256(&header, &case.id, &case.key.public_der());
    assert_eq!(
        case.failing_of(&forged, &access),
        ["id alg", "id signature"]
    );
}

#[test]
fn another_rsa_algorithm_than_the_pinned_one_fails() {
    let mut case = Case::new();
    case.header["alg"] = json!("RS512");
    assert_eq!(
        case.failing(),
        ["id alg", "id signature", "access alg", "access signature"]
    );
}

#[test]
fn times_read_as_a_person_says_them() {
    let seen = [
        Some(NOW + 3599),
        Some(NOW - 3),
        Some(NOW),
        Some(NOW + 3 * 3600),
        Some(NOW + 30 * 86_400),
        None,
    ]
    .map(|t| relative_time(t, NOW));
    assert_eq!(
        seen,
        [
            "in 59 min",
            "3 s ago",
            "now",
            "in 3 h",
            "in 30 days",
            "none"
        ]
    );
}
