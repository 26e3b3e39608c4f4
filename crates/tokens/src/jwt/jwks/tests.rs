//! Which key verifies a token, and which never may.

use serde_json::json;

use super::*;
use crate::jwt::rules::{COGNITO, OPENID};
use crate::jwt::sign::{SigningKey, hs256, unsigned};

/// An issuer's RSA key, once with each set of further members.
fn set(key: &SigningKey, members: &[Value], rules: &'static TokenRules) -> JwkSet {
    let plain = key.jwks(&["k"])["keys"][0].clone();
    let keys: Vec<Value> = members
        .iter()
        .map(|more| {
            let mut jwk = plain.clone();
            let object = jwk.as_object_mut().unwrap();
            for name in ["kid", "alg", "use"] {
                object.remove(name);
            }
            object.extend(more.as_object().unwrap().clone());
            jwk
        })
        .collect();
    JwkSet::from_json(json!({ "keys": keys }), rules).unwrap()
}

fn signed(key: &SigningKey, header: Value) -> Jwt {
    let raw = key.sign(&header, &json!({"sub": "s"})).unwrap();
    Jwt::decode_unverified(&raw).unwrap()
}

fn misfit(why: &str) -> Option<NoKey> {
    Some(NoKey::Misfit(why.to_owned()))
}

#[test]
fn a_key_that_the_token_names_is_taken_only_if_it_fits() {
    let key = SigningKey::generate().unwrap();
    let token = signed(&key, json!({"alg": "RS256", "kid": "a"}));
    for (members, refused) in [
        (json!({"kid": "a"}), None),
        (json!({"kid": "a", "use": "sig", "alg": "RS256"}), None),
        (json!({"kid": "b"}), Some(NoKey::Missing)),
        (json!({}), Some(NoKey::Missing)),
        (
            json!({"kid": "a", "use": "enc"}),
            misfit("its use is enc, not sig"),
        ),
        (
            json!({"kid": "a", "alg": "RS512"}),
            misfit("its alg is RS512, not RS256"),
        ),
        (
            json!({"kid": "a", "alg": "PS256"}),
            misfit("its alg is PS256, not RS256"),
        ),
    ] {
        for rules in [&OPENID, &COGNITO] {
            let keys = set(&key, std::slice::from_ref(&members), rules);
            assert_eq!(keys.key_of(&token).err(), refused, "{members}");
            assert_eq!(
                keys.verify_signature(&token),
                refused.is_none(),
                "{members}"
            );
        }
    }
}

#[test]
fn a_token_without_kid_is_verified_by_the_only_key_that_fits() {
    let key = SigningKey::generate().unwrap();
    let token = signed(&key, json!({"alg": "RS256"}));
    for (members, refused) in [
        (vec![json!({"kid": "a"})], None),
        (vec![json!({})], None),
        // One is for encryption: it does not count.
        (
            vec![json!({"kid": "a"}), json!({"kid": "b", "use": "enc"})],
            None,
        ),
        (
            vec![json!({"kid": "a"}), json!({"kid": "b"})],
            Some(NoKey::Ambiguous),
        ),
        (
            vec![json!({"kid": "a", "alg": "RS512"})],
            Some(NoKey::Missing),
        ),
    ] {
        let keys = set(&key, &members, &OPENID);
        assert_eq!(keys.key_of(&token).err(), refused, "{members:?}");
        assert_eq!(
            keys.verify_signature(&token),
            refused.is_none(),
            "{members:?}"
        );
        // Cognito always names its key.
        let of_cognito = set(&key, &members, &COGNITO);
        assert_eq!(of_cognito.key_of(&token).err(), Some(NoKey::Missing));
        assert!(!of_cognito.verify_signature(&token));
    }
}

#[test]
fn a_kid_that_is_no_text_names_no_key() {
    let key = SigningKey::generate().unwrap();
    let keys = set(&key, &[json!({"kid": "a"})], &OPENID);
    for kid in [json!(1), json!(null), json!(["a"])] {
        let token = signed(&key, json!({"alg": "RS256", "kid": kid}));
        assert_eq!(keys.key_of(&token).err(), Some(NoKey::Missing), "{kid}");
        assert!(!keys.verify_signature(&token), "{kid}");
    }
}

/// The signature is a good one by RS256, whatever the header says.
#[test]
fn the_token_does_not_choose_how_it_is_verified() {
    let key = SigningKey::generate().unwrap();
    let keys = set(&key, &[json!({"kid": "a"})], &OPENID);
    for alg in [
        "none", "None", "HS256", "HS512", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA",
        "rs256", "RS256 ", "",
    ] {
        let token = signed(&key, json!({"alg": alg, "kid": "a"}));
        assert!(!keys.verify_signature(&token), "{alg}");
    }
    let good = signed(&key, json!({"alg": "RS256", "kid": "a"}));
    assert!(keys.verify_signature(&good));
    // Without a signature, and with the public key as the secret of an HMAC.
    let claims = json!({"sub": "s"});
    let header = |alg| json!({"alg": alg, "kid": "a"});
    let none = format!("{}.", unsigned(&header("none"), &claims));
    let confused = hs256(&header("HS256"), &claims, &key.public_der());
    for forged in [none, confused] {
        let token = Jwt::decode_unverified(&forged).unwrap();
        assert!(!keys.verify_signature(&token), "{forged}");
    }
}

/// RFC 7517 section 4.5: keys of different types may share a kid.
#[test]
fn the_modulus_is_that_of_the_key_that_the_token_names() {
    let key = SigningKey::generate().unwrap();
    let keys = set(&key, &[json!({"kid": "a"})], &OPENID);
    let of = |kid: &str| keys.modulus(&signed(&key, json!({"alg": "RS256", "kid": kid})));
    let published = key.jwks(&["a"])["keys"][0]["n"].as_str().map(str::to_owned);
    assert_eq!(of("a").map(|n| crate::crypto::base64url(&n)), published);
    assert_eq!(of("b"), None);
}

#[test]
fn of_keys_with_one_kid_the_one_that_fits_is_taken() {
    let key = SigningKey::generate().unwrap();
    let rsa = key.jwks(&["a"])["keys"][0].clone();
    let other = json!({"kty": "OKP", "crv": "Ed25519", "kid": "a", "x": "AQAB"});
    let keys = JwkSet::from_json(json!({ "keys": [other, rsa] }), &OPENID).unwrap();
    let token = signed(&key, json!({"alg": "RS256", "kid": "a"}));
    assert!(keys.verify_signature(&token));
    let unlike = signed(&key, json!({"alg": "ES256", "kid": "a"}));
    let refused = misfit("it is not a key for ES256");
    assert_eq!(keys.key_of(&unlike).err(), refused);
}

#[test]
fn a_key_of_an_unknown_type_is_no_error() {
    let key = SigningKey::generate().unwrap();
    let rsa = key.jwks(&["a"])["keys"][0].clone();
    let keys = json!({ "keys": [{"kty": "new", "kid": "a"}, 5, rsa] });
    let keys = JwkSet::from_json(keys, &OPENID).unwrap();
    let token = signed(&key, json!({"alg": "RS256", "kid": "a"}));
    assert!(keys.verify_signature(&token));
}
