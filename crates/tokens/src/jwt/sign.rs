//! Signs tokens, for the lab's forgeries and for tests.

use aws_lc_rs::hmac;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair, KeySize};
use aws_lc_rs::signature::{KeyPair as _, RSA_PKCS1_SHA256};
use common::{Failure, Result};
use serde::Serialize;
use serde_json::{Value, json};

use crate::crypto::base64url;

/// An RSA key that signs with RS256.
pub(crate) struct SigningKey(KeyPair);

impl SigningKey {
    /// Generates a key of 2048 bits.
    ///
    /// # Errors
    /// If the library fails to generate a key.
    pub(crate) fn generate() -> Result<SigningKey> {
        let key = KeyPair::generate(KeySize::Rsa2048);
        key.map(SigningKey)
            .map_err(|_| Failure::failed("Cannot make an RSA key"))
    }

    /// A key for all tests of one run: to make one takes half a second.
    #[cfg(test)]
    pub(crate) fn of_tests() -> &'static SigningKey {
        static KEY: std::sync::LazyLock<SigningKey> =
            std::sync::LazyLock::new(|| SigningKey::generate().expect("a key"));
        &KEY
    }

    /// The public key as a JWK Set (RFC 7517), under each of these `kid`s.
    pub(crate) fn jwks(&self, kids: &[&str]) -> Value {
        let public = self.0.public_key();
        let n = base64url(public.modulus().big_endian_without_leading_zero());
        let e = base64url(public.exponent().big_endian_without_leading_zero());
        let jwk =
            |kid| json!({"kty": "RSA", "alg": "RS256", "use": "sig", "kid": kid, "n": n, "e": e});
        json!({ "keys": kids.iter().map(jwk).collect::<Vec<_>>() })
    }

    /// The public key in DER, as contained in a PEM file.
    #[cfg(test)]
    pub(crate) fn public_der(&self) -> Vec<u8> {
        use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
        let der: PublicKeyX509Der = self.0.public_key().as_der().expect("a public key");
        der.as_ref().to_vec()
    }

    /// Signs a token with RS256, whatever algorithm its header names.
    ///
    /// # Errors
    /// If the library fails to sign.
    pub(crate) fn sign(&self, header: &impl Serialize, claims: &impl Serialize) -> Result<String> {
        let message = unsigned(header, claims);
        let mut signature = vec![0; self.0.public_modulus_len()];
        let random = SystemRandom::new();
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

/// A token signed with HS256, an HMAC with a shared secret.
pub(crate) fn hs256(header: &impl Serialize, claims: &impl Serialize, secret: &[u8]) -> String {
    let message = unsigned(header, claims);
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
    let signature = hmac::sign(&key, message.as_bytes());
    format!("{message}.{}", base64url(signature.as_ref()))
}

/// Header and payload in base64url, without a signature.
pub(crate) fn unsigned(header: &impl Serialize, claims: &impl Serialize) -> String {
    format!("{}.{}", part(header), part(claims))
}

fn part(object: &impl Serialize) -> String {
    base64url(json!(object).to_string().as_bytes())
}
