//! A key of this run, and the proofs that this program has it: RFC 9449.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use common::{Failure, Result};
use reqwest::Method;
use serde_json::{Map, Value, json};
use url::{Position, Url};

use crate::crypto::{base64url, random_value, sha256};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::now;
use crate::jwt::sign::unsigned;

/// The algorithm that proofs are signed with.
pub(crate) const ALGORITHM: &str = "ES256";

/// A key pair that is made in memory and ends with the program.
pub(crate) struct ProofKey {
    pair: EcdsaKeyPair,
    jwk: Value,
    thumbprint: String,
    used: Mutex<Used>,
}

/// What the key was used for so far.
#[derive(Default)]
struct Used {
    /// The newest nonce of each server, by its origin.
    nonces: BTreeMap<String, String>,
    /// The newest proof.
    newest: Option<Jwt>,
}

impl ProofKey {
    /// Makes a key for ES256.
    ///
    /// # Errors
    /// If the library fails to.
    pub(crate) fn generate() -> Result<ProofKey> {
        let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING)
            .map_err(|_| Failure::failed("Cannot make a key for ES256"))?;
        // An uncompressed point: 4, then both coordinates, 32 octets each.
        let point = pair.public_key().as_ref();
        let (x, y) = point[1..].split_at(32);
        let (x, y) = (base64url(x), base64url(y));
        let thumbprint = thumbprint(&x, &y);
        Ok(ProofKey {
            jwk: json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}),
            thumbprint,
            pair,
            used: Mutex::default(),
        })
    }

    /// `jkt`: the name of the public key, its SHA-256 (RFC 7638).
    pub(crate) fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// The newest proof, if there is one.
    pub(crate) fn newest_proof(&self) -> Option<Jwt> {
        self.used().newest.clone()
    }

    /// A new proof for one request, RFC 9449 section 4.2: with the hash of the
    /// access token that goes with it, and the nonce that its server has sent.
    ///
    /// # Errors
    /// If the library fails to sign.
    pub(crate) fn proof(
        &self,
        method: &Method,
        url: &Url,
        access_token: Option<&str>,
    ) -> Result<Jwt> {
        let mut claims = Map::new();
        claims.insert("htm".into(), json!(method.as_str()));
        // Without query and fragment.
        claims.insert("htu".into(), json!(url[..Position::AfterPath]));
        claims.insert("iat".into(), json!(now()));
        claims.insert("jti".into(), json!(random_value()));
        if let Some(token) = access_token {
            claims.insert("ath".into(), json!(base64url(&sha256(token.as_bytes()))));
        }
        if let Some(nonce) = self.used().nonces.get(&origin(url)) {
            claims.insert("nonce".into(), json!(nonce));
        }
        let header = json!({"typ": "dpop+jwt", "alg": ALGORITHM, "jwk": self.jwk});
        let proof = self.sign(&header, &claims)?;
        self.used().newest = Some(proof.clone());
        Ok(proof)
    }

    /// Keeps the nonce that the server at `url` wants in the next proof; returns
    /// whether it is a new one.
    pub(crate) fn keep_nonce(&self, url: &Url, nonce: &str) -> bool {
        let before = self.used().nonces.insert(origin(url), nonce.to_owned());
        before.as_deref() != Some(nonce)
    }

    fn sign(&self, header: &Value, claims: &Map<String, Value>) -> Result<Jwt> {
        let failed = || Failure::failed("Cannot sign with ES256");
        let message = unsigned(header, claims);
        let signed = self.pair.sign(&SystemRandom::new(), message.as_bytes());
        let signature = signed.map_err(|_| failed())?;
        let raw = format!("{message}.{}", base64url(signature.as_ref()));
        Jwt::decode_unverified(&raw).ok_or_else(failed)
    }

    fn used(&self) -> MutexGuard<'_, Used> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for ProofKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ProofKey(hidden)")
    }
}

/// RFC 7638 section 3: the required members, in the order of the alphabet.
fn thumbprint(x: &str, y: &str) -> String {
    let canonical = format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#);
    base64url(&sha256(canonical.as_bytes()))
}

fn origin(url: &Url) -> String {
    url.origin().ascii_serialization()
}

#[cfg(test)]
mod tests {
    use jsonwebtoken::{Algorithm, DecodingKey, Validation};

    use super::*;

    fn url(text: &str) -> Url {
        Url::parse(text).unwrap()
    }

    #[test]
    fn the_key_shows_nothing_of_itself() {
        let key = ProofKey::generate().unwrap();
        assert_eq!(format!("{key:?}"), "ProofKey(hidden)");
    }

    /// The example key of RFC 9449 and its thumbprint, sections 4.1 and 6.1.
    #[test]
    fn the_thumbprint_is_that_of_rfc_9449() {
        assert_eq!(
            thumbprint(
                "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs",
                "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
            ),
            "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
        );
    }

    /// The example of section 7.1.
    #[test]
    fn ath_is_that_of_rfc_9449() {
        let key = ProofKey::generate().unwrap();
        let token = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
        let proof = key.proof(&Method::GET, &url("https://a.example"), Some(token));
        assert_eq!(
            proof.unwrap().text("ath"),
            Some("fUHyO2r2Z3DZ53EsNrWBb0xWXoaNy59IiKCAqksmQEo")
        );
    }

    #[test]
    fn a_proof_is_for_one_request_and_signed_by_the_key_that_it_names() {
        let key = ProofKey::generate().unwrap();
        let to = url("https://a.example/token?x=1#y");
        let proof = key.proof(&Method::POST, &to, None).unwrap();
        assert_eq!(proof.header["typ"], "dpop+jwt");
        assert_eq!(proof.text("htm"), Some("POST"));
        assert_eq!(proof.text("htu"), Some("https://a.example/token"));
        assert!(!proof.payload.contains_key("nonce") && !proof.payload.contains_key("ath"));
        let jwk = serde_json::from_value(proof.header["jwk"].clone()).unwrap();
        let mut validation = Validation::new(Algorithm::ES256);
        validation.required_spec_claims.clear();
        validation.validate_exp = false;
        let public = DecodingKey::from_jwk(&jwk).unwrap();
        assert!(jsonwebtoken::decode::<Value>(&proof.raw, &public, &validation).is_ok());
        assert_eq!(proof.header["jwk"].get("d"), None, "the private part");
        let again = key.proof(&Method::POST, &to, None).unwrap();
        assert_ne!(proof.text("jti"), again.text("jti"));
    }

    #[test]
    fn a_nonce_is_for_the_server_that_sent_it() {
        let key = ProofKey::generate().unwrap();
        let (one, other) = (url("https://a.example/token"), url("https://b.example/api"));
        assert!(key.keep_nonce(&one, "n"));
        assert!(!key.keep_nonce(&one, "n"), "the same again");
        let nonce = |url| {
            let proof = key.proof(&Method::GET, url, None).unwrap();
            proof.text("nonce").map(str::to_owned)
        };
        assert_eq!(nonce(&one).as_deref(), Some("n"));
        assert_eq!(nonce(&other), None);
        assert!(!format!("{key:?}").contains(key.thumbprint()));
    }
}
