//! The sign-in server's public keys: a JWK Set, RFC 7517.

use api_core::{Failure, Result};
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::crypto;
use crate::http::call::Call;
use crate::http::client::Http;
use crate::jwt::decode::Jwt;

const WHY: &str = "The public keys that the tokens' signatures are checked with (RFC 7517).";
const WHY_AGAIN: &str =
    "A token names a key that is not in the set: the server may have changed its keys since.";

/// A key as it is sent; what is not RSA is left out.
#[derive(Clone, Debug, Deserialize)]
struct Jwk {
    kid: Option<String>,
    kty: String,
    alg: Option<String>,
    #[serde(rename = "use")]
    usage: Option<String>,
    n: Option<String>,
    e: Option<String>,
}

#[derive(Debug, Deserialize)]
struct JwkSet {
    keys: Vec<Value>,
}

/// The keys that sign tokens, fetched once, and once more for an unknown `kid`.
#[derive(Debug)]
pub(crate) struct Keys {
    /// Where they are from, if they can be fetched again.
    jwks_uri: Option<Url>,
    keys: Vec<Jwk>,
    fetched_again: bool,
}

impl Keys {
    /// Fetches the keys.
    ///
    /// # Errors
    /// If the answer is no JWK Set.
    pub(crate) async fn fetch(http: &Http, jwks_uri: &Url) -> Result<Keys> {
        Ok(Keys {
            jwks_uri: Some(jwks_uri.clone()),
            keys: load(http, jwks_uri, WHY).await?,
            fetched_again: false,
        })
    }

    /// Makes sure that the keys of these tokens are here if the server has them.
    ///
    /// # Errors
    /// As [`fetch`](Keys::fetch).
    pub(crate) async fn provide_for(&mut self, http: &Http, tokens: &[&Jwt]) -> Result<()> {
        let unknown = tokens.iter().any(|token| self.find(token).is_none());
        if let (true, false, Some(jwks_uri)) = (unknown, self.fetched_again, &self.jwks_uri) {
            self.keys = load(http, jwks_uri, WHY_AGAIN).await?;
            self.fetched_again = true;
        }
        Ok(())
    }

    /// Whether the set has the key that the token names.
    pub(crate) fn knows(&self, token: &Jwt) -> bool {
        self.find(token).is_some()
    }

    /// Whether the token's signature is RS256 by the key that it names.
    ///
    /// The algorithm is ours, not the token's: a token that says `none`, or
    /// HS256 with the public key as its secret, fails (RFC 8725 section 3.1).
    pub(crate) fn signed(&self, token: &Jwt) -> bool {
        let key = self.find(token).and_then(|jwk| {
            DecodingKey::from_rsa_components(jwk.n.as_deref()?, jwk.e.as_deref()?).ok()
        });
        // The claims are checked one by one in `verify`, each with its reason.
        let mut only_signature = Validation::new(Algorithm::RS256);
        only_signature.required_spec_claims.clear();
        only_signature.validate_exp = false;
        only_signature.validate_aud = false;
        key.is_some_and(|key| {
            jsonwebtoken::decode::<Value>(&token.raw, &key, &only_signature).is_ok()
        })
    }

    fn find(&self, token: &Jwt) -> Option<&Jwk> {
        let kid = token.header.get("kid")?.as_str()?;
        self.keys.iter().find(|key| key.kid.as_deref() == Some(kid))
    }

    /// The modulus of the key that the token names: public, as the whole key is.
    pub(crate) fn modulus(&self, token: &Jwt) -> Option<Vec<u8>> {
        crypto::from_base64url(self.find(token)?.n.as_deref()?)
    }

    /// A set that is not the server's: the lab's, or a test's.
    ///
    /// # Errors
    /// If it is no JWK Set.
    pub(crate) fn of(set: Value) -> Result<Keys> {
        let set = serde_json::from_value(set).map_err(|_| Failure::failed("That is no JWK Set"))?;
        Ok(Keys {
            jwks_uri: None,
            keys: rs256(set),
            fetched_again: false,
        })
    }
}

async fn load(http: &Http, jwks_uri: &Url, why: &'static str) -> Result<Vec<Jwk>> {
    let set: JwkSet = http
        .json(Call::get("jwks_uri", why, jwks_uri.clone()))
        .await?;
    let keys = rs256(set);
    if keys.is_empty() {
        return Err(Failure::failed(format!(
            "The jwks_uri {jwks_uri} has no key for RS256"
        )));
    }
    Ok(keys)
}

/// RSA keys that may sign with RS256.
fn rs256(set: JwkSet) -> Vec<Jwk> {
    let keys = set.keys.into_iter();
    let keys = keys.filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
    keys.filter(|key| key.kty == "RSA")
        .filter(|key| key.usage.as_deref().is_none_or(|usage| usage == "sig"))
        .filter(|key| key.alg.as_deref().is_none_or(|alg| alg == "RS256"))
        .collect()
}
