//! Signing keys and tokens, valid and forged.

use std::sync::LazyLock;

use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256,
};
use aws_lc_rs::{digest, hmac, rand};
use axum::http::HeaderValue;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// The sign-in server's key. Generating one is slow, so all tests share it.
pub(crate) static SERVER: LazyLock<Key> = LazyLock::new(Key::new);
/// A key that the sign-in server does not know.
pub(crate) static ATTACKER: LazyLock<Key> = LazyLock::new(Key::new);

pub(crate) struct Key(KeyPair);

impl Key {
    fn new() -> Key {
        Key(KeyPair::generate(KeySize::Rsa2048).unwrap())
    }

    /// The public half as a JWK.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let public = self.0.public_key();
        json!({
            "kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid,
            "n": base64url(public.modulus().big_endian_without_leading_zero()),
            "e": base64url(public.exponent().big_endian_without_leading_zero()),
        })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                message.as_bytes(),
                &mut signature,
            )
            .unwrap();
        format!("{message}.{}", base64url(&signature))
    }

    /// HMAC with the public key, which everybody knows, as the secret.
    pub(crate) fn hmac_with_public_key(&self, header: &Value, claims: &Value) -> String {
        let public: PublicKeyX509Der = self.0.public_key().as_der().unwrap();
        let message = unsigned(header, claims);
        let key = hmac::Key::new(hmac::HMAC_SHA256, public.as_ref());
        format!(
            "{message}.{}",
            base64url(hmac::sign(&key, message.as_bytes()).as_ref())
        )
    }
}

/// A key of another type: for ES256.
pub(crate) static SERVER_EC: LazyLock<EcKey> = LazyLock::new(EcKey::new);

/// A key on the curve P-256.
pub(crate) struct EcKey(EcdsaKeyPair);

impl EcKey {
    fn new() -> EcKey {
        EcKey(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap())
    }

    /// The public half as a JWK: the point's coordinates after its first octet.
    pub(crate) fn jwk(&self, kid: &str) -> Value {
        let (x, y) = self.0.public_key().as_ref()[1..].split_at(32);
        json!({
            "kty": "EC", "crv": "P-256", "alg": "ES256", "use": "sig", "kid": kid,
            "x": base64url(x), "y": base64url(y),
        })
    }

    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        let message = unsigned(header, claims);
        let random = rand::SystemRandom::new();
        let signature = self.0.sign(&random, message.as_bytes()).unwrap();
        format!("{message}.{}", base64url(signature.as_ref()))
    }
}

/// Header and payload without a signature.
pub(crate) fn unsigned(header: &Value, claims: &Value) -> String {
    let part = |value: &Value| base64url(value.to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

pub(crate) fn base64url(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

pub(crate) fn sha256(text: &str) -> Vec<u8> {
    digest::digest(&digest::SHA256, text.as_bytes())
        .as_ref()
        .to_vec()
}

/// The header of the token in `Authorization: Bearer`.
pub(crate) fn header(authorization: &HeaderValue) -> Value {
    let token = authorization.to_str().unwrap().strip_prefix("Bearer ");
    let header = token.and_then(|token| token.split('.').next());
    let octets = URL_SAFE_NO_PAD.decode(header.unwrap()).unwrap();
    serde_json::from_slice(&octets).unwrap()
}
