//! Signature algorithms (RFC 7518 section 3, RFC 8037) and the keys that fit them.

use std::str::FromStr;

use aws_lc_rs::digest::{self, SHA256, SHA384, SHA512};
use jsonwebtoken::jwk::{AlgorithmParameters, EllipticCurve, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily};
use serde_json::Value;

use crate::crypto::base64url;
use crate::jwt::decode::Jwt;

/// The newer name of EdDSA with the curve Ed25519 (RFC 9864).
const ED25519: &str = "Ed25519";

/// The algorithm in a token's header; `None` for one that this program does not
/// know.
pub(crate) fn of(token: &Jwt) -> Option<Algorithm> {
    match token.header.get("alg")?.as_str()? {
        ED25519 => Some(Algorithm::EdDSA),
        name => Algorithm::from_str(name).ok(),
    }
}

/// A JWK whose `alg` has the older name.
pub(crate) fn with_known_name(mut jwk: Value) -> Value {
    if jwk.get("alg").is_some_and(|alg| alg == ED25519) {
        jwk["alg"] = Value::from("EdDSA");
    }
    jwk
}

/// Whether only the holders of a secret can verify the token's signature:
/// server and API.
pub(crate) fn has_shared_secret(token: &Jwt) -> bool {
    of(token).is_some_and(|algorithm| algorithm.family() == AlgorithmFamily::Hmac)
}

/// Its name, as headers have it.
pub(crate) fn name(algorithm: Algorithm) -> String {
    format!("{algorithm:?}")
}

/// Their names, for a message.
pub(crate) fn names(algorithms: &[Algorithm]) -> String {
    let names: Vec<String> = algorithms.iter().copied().map(name).collect();
    names.join(", ")
}

/// `at_hash`: the left half of the access token's hash, by the hash function of
/// the id token's algorithm (OpenID Connect Core section 3.1.3.6).
pub(crate) fn at_hash(access_token: &str, id_token: &Jwt) -> String {
    let (function, _) = hash(id_token);
    let digest = digest::digest(function, access_token.as_bytes());
    let octets = digest.as_ref();
    base64url(&octets[..octets.len() / 2])
}

/// The shell command that computes the same.
pub(crate) fn at_hash_command(id_token: &Jwt) -> String {
    let (function, name) = hash(id_token);
    let half = function.output_len / 2;
    format!(
        "printf %s \"$ACCESS_TOKEN\" | openssl dgst -{name} -binary | head -c {half} | openssl base64 | tr '+/' '-_' | tr -d '='"
    )
}

/// The hash function of a token's algorithm, and its name. Ed25519 has SHA-512
/// inside. Of an unknown algorithm the signature fails: any function will do.
fn hash(token: &Jwt) -> (&'static digest::Algorithm, &'static str) {
    use Algorithm::{ES384, EdDSA, PS384, PS512, RS384, RS512};
    match of(token) {
        Some(RS384 | PS384 | ES384) => (&SHA384, "sha384"),
        Some(RS512 | PS512 | EdDSA) => (&SHA512, "sha512"),
        _ => (&SHA256, "sha256"),
    }
}

/// Why a key cannot have signed with this algorithm: its own `use`, `key_ops`
/// and `alg`, then its type decide, never the token alone (RFC 8725 section
/// 3.1). `None` if it can.
pub(crate) fn misfit(key: &Jwk, algorithm: Algorithm) -> Option<String> {
    let common = &key.common;
    match &common.public_key_use {
        None | Some(PublicKeyUse::Signature) => {}
        Some(PublicKeyUse::Encryption) => return Some("its use is enc, not sig".to_owned()),
        Some(PublicKeyUse::Other(other)) => return Some(format!("its use is {other}, not sig")),
    }
    let own = common.key_algorithm;
    if let Some(own) = own.filter(|own| *own != KeyAlgorithm::from(algorithm)) {
        return Some(format!("its alg is {own}, not {}", name(algorithm)));
    }
    let fits = match (algorithm, &key.algorithm) {
        (Algorithm::ES256, AlgorithmParameters::EllipticCurve(ec)) => {
            ec.curve == EllipticCurve::P256
        }
        (Algorithm::ES384, AlgorithmParameters::EllipticCurve(ec)) => {
            ec.curve == EllipticCurve::P384
        }
        (Algorithm::EdDSA, AlgorithmParameters::OctetKeyPair(okp)) => {
            okp.curve == EllipticCurve::Ed25519
        }
        (_, AlgorithmParameters::RSA(_)) => algorithm.family() == AlgorithmFamily::Rsa,
        _ => false,
    };
    let other_type = format!("it is not a key for {}", name(algorithm));
    (!fits).then_some(other_type)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::sign::unsigned;

    fn token(alg: &str) -> Jwt {
        let raw = format!("{}.x", unsigned(&json!({ "alg": alg }), &json!({})));
        Jwt::decode_unverified(&raw).unwrap()
    }

    #[test]
    fn at_hash_is_that_of_openid_connect_core_appendix_a_3() {
        assert_eq!(
            at_hash(
                "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y",
                &token("RS256")
            ),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }

    #[test]
    fn the_hash_is_that_of_the_algorithm() {
        for (alg, characters) in [
            ("RS256", 22),
            ("PS256", 22),
            ("ES256", 22),
            ("RS384", 32),
            ("ES384", 32),
            ("PS512", 43),
            ("EdDSA", 43),
        ] {
            assert_eq!(at_hash("a", &token(alg)).len(), characters, "{alg}");
        }
        assert!(at_hash_command(&token("EdDSA")).contains("dgst -sha512 -binary | head -c 32"));
    }

    #[test]
    fn ed25519_is_the_newer_name_of_eddsa() {
        assert_eq!(of(&token("Ed25519")), Some(Algorithm::EdDSA));
        assert_eq!(of(&token("Ed448")), None);
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB", "alg": "Ed25519"});
        let key: Jwk = serde_json::from_value(with_known_name(jwk)).unwrap();
        assert_eq!(misfit(&key, Algorithm::EdDSA), None);
    }

    #[test]
    fn a_key_s_own_use_algorithm_and_type_decide() {
        let rsa = json!({"kty": "RSA", "n": "AQAB", "e": "AQAB"});
        let p256 = json!({"kty": "EC", "crv": "P-256", "x": "AQAB", "y": "AQAB"});
        let p384 = json!({"kty": "EC", "crv": "P-384", "x": "AQAB", "y": "AQAB"});
        let ed25519 = json!({"kty": "OKP", "crv": "Ed25519", "x": "AQAB"});
        let fits = |key: &serde_json::Value, alg| {
            let key: Jwk = serde_json::from_value(key.clone()).unwrap();
            misfit(&key, alg)
        };
        let with = |key: &serde_json::Value, name: &str, value: &str| {
            let mut key = key.clone();
            key[name] = json!(value);
            key
        };
        for (key, alg) in [
            (&rsa, Algorithm::RS256),
            (&rsa, Algorithm::PS512),
            (&p256, Algorithm::ES256),
            (&p384, Algorithm::ES384),
            (&ed25519, Algorithm::EdDSA),
            (&with(&rsa, "use", "sig"), Algorithm::RS256),
            (&with(&rsa, "alg", "PS256"), Algorithm::PS256),
        ] {
            assert_eq!(fits(key, alg), None, "{key} {alg:?}");
        }
        for (key, alg, why) in [
            (&rsa, Algorithm::ES256, "it is not a key for ES256"),
            (&rsa, Algorithm::HS256, "it is not a key for HS256"),
            (&p256, Algorithm::ES384, "it is not a key for ES384"),
            (&p384, Algorithm::ES256, "it is not a key for ES256"),
            (&p256, Algorithm::RS256, "it is not a key for RS256"),
            (&ed25519, Algorithm::ES256, "it is not a key for ES256"),
            (
                &with(&rsa, "use", "enc"),
                Algorithm::RS256,
                "its use is enc, not sig",
            ),
            (
                &with(&rsa, "use", "tls"),
                Algorithm::RS256,
                "its use is tls, not sig",
            ),
            (
                &with(&rsa, "alg", "RS512"),
                Algorithm::RS256,
                "its alg is RS512, not RS256",
            ),
        ] {
            assert_eq!(fits(key, alg).as_deref(), Some(why), "{key}");
        }
    }
}
