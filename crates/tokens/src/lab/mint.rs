//! Tokens of an attacker's making. Everything needed for it is public.

use api_core::{Failure, Result};
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use aws_lc_rs::{hmac, rand};
use serde_json::{Map, Value, json};

use crate::crypto::base64url;
use crate::jwt::decode::Jwt;

type Object = Map<String, Value>;

/// A signing key of our own.
pub(crate) struct Mint(KeyPair);

impl Mint {
    /// A new RSA key.
    ///
    /// # Errors
    /// If the library makes none.
    pub(crate) fn new() -> Result<Mint> {
        let key = KeyPair::generate(KeySize::Rsa2048);
        key.map(Mint)
            .map_err(|_| Failure::failed("Cannot make an RSA key"))
    }

    /// The public half, as a JWK Set.
    pub(crate) fn jwks(&self, kids: &[&str]) -> Value {
        let public = self.0.public_key();
        let n = base64url(public.modulus().big_endian_without_leading_zero());
        let e = base64url(public.exponent().big_endian_without_leading_zero());
        let jwk =
            |kid| json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": n, "e": e});
        json!({ "keys": kids.iter().map(jwk).collect::<Vec<_>>() })
    }

    /// The token with other claims, signed with this key under the same header.
    ///
    /// # Errors
    /// If the library does not sign.
    pub(crate) fn sign(&self, token: &Jwt, claims: &Object) -> Result<String> {
        let message = unsigned(&token.header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = rand::SystemRandom::new();
        self.0
            .sign(
                &RSA_PKCS1_SHA256,
                &random,
                message.as_bytes(),
                &mut signature,
            )
            .map_err(|_| Failure::failed("Cannot sign with RSA"))?;
        Ok(format!("{message}.{}", base64url(&signature)))
    }
}

/// Header and payload without signature.
pub(crate) fn unsigned(header: &Object, claims: &Object) -> String {
    let part = |object: &Object| base64url(json!(object).to_string().as_bytes());
    format!("{}.{}", part(header), part(claims))
}

/// The token with other claims and its old signature.
pub(crate) fn keep_signature(token: &Jwt, claims: &Object) -> String {
    let signature = token.raw.rsplit('.').next().unwrap_or_default();
    format!("{}.{signature}", unsigned(&token.header, claims))
}

/// The header with another `alg`.
pub(crate) fn with_alg(token: &Jwt, alg: &str) -> Object {
    let mut header = token.header.clone();
    header.insert("alg".into(), json!(alg));
    header
}

/// The token signed with HS256 and a secret that is none.
pub(crate) fn hs256(token: &Jwt, secret: &[u8]) -> String {
    let message = unsigned(&with_alg(token, "HS256"), &token.payload);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    format!(
        "{message}.{}",
        base64url(hmac::sign(&key, message.as_bytes()).as_ref())
    )
}

/// The token's claims with one of them changed.
pub(crate) fn with_claim(token: &Jwt, name: &str, value: &str) -> Object {
    let mut claims = token.payload.clone();
    claims.insert(name.into(), json!(value));
    claims
}
