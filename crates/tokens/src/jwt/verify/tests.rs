//! Each check against a token that violates it, signed with keys made here.

use serde_json::json;

use super::*;
use crate::jwt::check::failed;
use crate::jwt::sign::{SigningKey, hs256, unsigned};

const NOW: i64 = 1_800_000_000;
const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a";

/// Two valid tokens; each test breaks them in one place.
struct Case {
    key: SigningKey,
    keys: JwkSet,
    header: Value,
    id: Value,
    access: Value,
    refreshed: bool,
}

impl Case {
    fn new() -> Case {
        let key = SigningKey::generate().unwrap();
        let keys = JwkSet::from_json(key.jwks(&["k1"])).unwrap();
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
        }
    }

    /// The names of the checks that fail, as "token check".
    fn failing(&self) -> Vec<String> {
        let (id, access) = (
            self.key.sign(&self.header, &self.id).unwrap(),
            self.key.sign(&self.header, &self.access).unwrap(),
        );
        self.failing_of(&id, &access)
    }

    fn failing_of(&self, id: &str, access: &str) -> Vec<String> {
        let (id, access) = (
            Jwt::decode_unverified(id).unwrap(),
            Jwt::decode_unverified(access).unwrap(),
        );
        let scopes = ["openid", "email", "profile"].map(str::to_owned);
        let expect = Expectations {
            issuer: ISSUER,
            client_id: "client",
            nonce: Some("n"),
            refreshed: self.refreshed,
            scopes: &scopes,
            now: NOW,
        };
        let checks = check(Some(&id), &access, &self.keys, &expect);
        failed(&checks)
            .iter()
            .map(|c| format!("{} {}", c.token, c.check))
            .collect()
    }
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
        ("nbf", json!(NOW + 61)),
        ("auth_time", json!(NOW + 61)),
        ("nonce", json!("m")),
        ("nonce", Value::Null),
        ("at_hash", json!("AAAAAAAAAAAAAAAAAAAAAA")),
    ] {
        let mut case = Case::new();
        case.id[claim] = bad.clone();
        assert_eq!(case.failing(), [format!("id {claim}")], "{bad}");
    }
    let mut case = Case::new();
    case.id["azp"] = json!("another");
    assert_eq!(case.failing(), ["id aud"]);
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
        ("scope", json!("openid HelloAPI/hello.read")),
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
    case.id["at_hash"] = json!(crypto::at_hash(&access));
    assert_eq!(case.failing(), [""; 0]);
}

#[test]
fn a_signature_by_another_key_under_the_same_kid_fails() {
    let mut case = Case::new();
    case.key = SigningKey::generate().unwrap();
    assert_eq!(case.failing(), ["id signature", "access signature"]);
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
        Some(NOW + 30 * 86_400),
        None,
    ]
    .map(|t| relative_time(t, NOW));
    assert_eq!(seen, ["in 59 min", "3 s ago", "now", "in 30 days", "none"]);
}
