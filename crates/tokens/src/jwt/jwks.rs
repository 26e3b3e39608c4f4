//! The sign-in server's public keys: a JWK Set, RFC 7517.

use common::{Failure, Result};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::crypto;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::jwt::decode::Jwt;

const WHY: &str = "The public keys that the tokens' signatures are checked with (RFC 7517).";
const WHY_AGAIN: &str =
    "A token names a key that is not in the set: the server may have changed its keys.";

/// The set as sent. A key of an unknown type is not an error (RFC 7517 section
/// 5), so each key is parsed separately.
#[derive(Debug, Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The keys that sign tokens, fetched once, and once more for an unknown `kid`.
#[derive(Debug)]
pub(crate) struct JwkSet {
    /// The URL of the set, if it can be fetched again.
    jwks_uri: Option<Url>,
    keys: Vec<Jwk>,
    fetched_again: bool,
}

impl JwkSet {
    /// Fetches the keys; once more if one of the tokens names an unknown one.
    ///
    /// # Errors
    /// If the response is not a JWK Set with a key for RS256.
    pub(crate) async fn fetch(http: &Http, jwks_uri: &Url, tokens: &[&Jwt]) -> Result<JwkSet> {
        let mut set = JwkSet {
            jwks_uri: Some(jwks_uri.clone()),
            keys: load(http, jwks_uri, WHY).await?,
            fetched_again: false,
        };
        set.refetch_for(http, tokens).await?;
        Ok(set)
    }

    /// Fetches the keys again, once, if one of the tokens names an unknown `kid`.
    ///
    /// # Errors
    /// As [`fetch`](JwkSet::fetch).
    pub(crate) async fn refetch_for(&mut self, http: &Http, tokens: &[&Jwt]) -> Result<()> {
        if self.fetched_again || tokens.iter().all(|token| self.has_key_of(token)) {
            return Ok(());
        }
        if let Some(jwks_uri) = &self.jwks_uri {
            self.keys = load(http, jwks_uri, WHY_AGAIN).await?;
            self.fetched_again = true;
        }
        Ok(())
    }

    /// Whether the set has the key that the token names.
    pub(crate) fn has_key_of(&self, token: &Jwt) -> bool {
        self.key_of(token).is_some()
    }

    /// Whether the token has a valid RS256 signature by the key that it names.
    ///
    /// The algorithm is fixed here, not taken from the token: `none`, or HS256
    /// with the public key as its secret, fails (RFC 8725 section 3.1).
    pub(crate) fn verify_signature(&self, token: &Jwt) -> bool {
        let key = self.key_of(token).map(DecodingKey::from_jwk);
        // The claims are checked one by one in `verify`, each with its reason.
        let mut only_signature = Validation::new(Algorithm::RS256);
        only_signature.required_spec_claims.clear();
        only_signature.validate_exp = false;
        only_signature.validate_aud = false;
        key.and_then(Result::ok).is_some_and(|key| {
            jsonwebtoken::decode::<Value>(&token.raw, &key, &only_signature).is_ok()
        })
    }

    fn key_of(&self, token: &Jwt) -> Option<&Jwk> {
        let kid = token.header.get("kid")?.as_str()?;
        let mut keys = self.keys.iter();
        keys.find(|key| key.common.key_id.as_deref() == Some(kid))
    }

    /// The modulus of the key that the token names; public, like the whole key.
    pub(crate) fn modulus(&self, token: &Jwt) -> Option<Vec<u8>> {
        match &self.key_of(token)?.algorithm {
            AlgorithmParameters::RSA(key) => crypto::from_base64url(&key.n),
            _ => None,
        }
    }

    /// A set that does not come from the server: the lab's, or a test's.
    ///
    /// # Errors
    /// If it is not a JWK Set.
    pub(crate) fn from_json(set: Value) -> Result<JwkSet> {
        let set =
            serde_json::from_value(set).map_err(|_| Failure::failed("This is not a JWK Set"))?;
        Ok(JwkSet {
            jwks_uri: None,
            keys: rs256(set),
            fetched_again: false,
        })
    }
}

async fn load(http: &Http, jwks_uri: &Url, why: &'static str) -> Result<Vec<Jwk>> {
    let set: Document = http
        .json(Request::get("jwks_uri", why, jwks_uri.clone()))
        .await?;
    let keys = rs256(set);
    if keys.is_empty() {
        return Err(Failure::failed(format!(
            "The jwks_uri {jwks_uri} has no key for RS256"
        )));
    }
    Ok(keys)
}

/// The RSA keys that may sign with RS256.
fn rs256(set: Document) -> Vec<Jwk> {
    set.keys
        .into_iter()
        .filter_map(|key| serde_json::from_value::<Jwk>(key).ok())
        .filter(|key| matches!(key.algorithm, AlgorithmParameters::RSA(_)))
        .filter(|key| may_be(&key.common.public_key_use, &PublicKeyUse::Signature))
        .filter(|key| may_be(&key.common.key_algorithm, &KeyAlgorithm::RS256))
        .collect()
}

/// Whether an optional parameter is either missing or as expected.
fn may_be<T: PartialEq>(parameter: &Option<T>, expected: &T) -> bool {
    parameter.as_ref().is_none_or(|value| value == expected)
}
