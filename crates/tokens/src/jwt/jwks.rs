//! The sign-in server's public keys: a JWK Set, RFC 7517.

use common::{Failure, Result};
use jsonwebtoken::jwk::{AlgorithmParameters, Jwk};
use jsonwebtoken::{Algorithm, DecodingKey, crypto};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use crate::crypto::from_base64url;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::jwt::algorithm;
use crate::jwt::decode::Jwt;
use crate::jwt::rules::TokenRules;

const WHY: &str = "The public keys that the tokens' signatures are checked with (RFC 7517).";
const WHY_AGAIN: &str =
    "A token names a key that is not in the set: the server may have changed its keys.";

/// The set as sent. A key of an unknown type is not an error (RFC 7517 section
/// 5), so each key is parsed separately.
#[derive(Debug, Deserialize)]
struct Document {
    keys: Vec<Value>,
}

/// The issuer's keys, fetched once, and once more for an unknown `kid`.
#[derive(Debug)]
pub(crate) struct JwkSet {
    /// The URL of the set, if it can be fetched again.
    jwks_uri: Option<Url>,
    /// `None` until there is a token to verify.
    keys: Option<Vec<Jwk>>,
    rules: &'static TokenRules,
    fetched_again: bool,
}

/// Why no key of the set can verify a token.
#[derive(Debug, PartialEq)]
pub(crate) enum NoKey {
    /// None has the token's `kid`, or may sign with its algorithm.
    Missing,
    /// The one with the token's `kid` is not for such a signature: why.
    Misfit(String),
    /// The token has no `kid`, and several keys may have signed it.
    Ambiguous,
}

impl JwkSet {
    /// Fetches the keys; once more if one of the tokens names an unknown one.
    /// Without a token there is nothing to fetch them for.
    ///
    /// # Errors
    /// If the response is not a JWK Set with a key that may sign tokens.
    pub(crate) async fn fetch(
        http: &Http,
        jwks_uri: &Url,
        rules: &'static TokenRules,
        tokens: &[&Jwt],
    ) -> Result<JwkSet> {
        let mut set = JwkSet {
            jwks_uri: Some(jwks_uri.clone()),
            keys: None,
            rules,
            fetched_again: false,
        };
        set.refetch_for(http, tokens).await?;
        Ok(set)
    }

    /// Fetches the keys, if that was not necessary before; and again, once, if
    /// one of the tokens names an unknown `kid`.
    ///
    /// # Errors
    /// As [`fetch`](JwkSet::fetch).
    pub(crate) async fn refetch_for(&mut self, http: &Http, tokens: &[&Jwt]) -> Result<()> {
        let Some(jwks_uri) = &self.jwks_uri else {
            return Ok(());
        };
        if self.keys.is_none() && !tokens.is_empty() {
            self.keys = Some(self.load(http, jwks_uri, WHY).await?);
        }
        let is_missing = |token: &&Jwt| self.key_of(token) == Err(NoKey::Missing);
        if !self.fetched_again && tokens.iter().any(is_missing) {
            self.keys = Some(self.load(http, jwks_uri, WHY_AGAIN).await?);
            self.fetched_again = true;
        }
        Ok(())
    }

    /// Whether the set has a key for the token.
    pub(crate) fn has_key_of(&self, token: &Jwt) -> bool {
        self.key_of(token).is_ok()
    }

    /// The key that verifies the token: the one that it names, or else the only
    /// one that fits (OpenID Connect Core section 10.1).
    ///
    /// # Errors
    /// Why there is none.
    pub(crate) fn key_of(&self, token: &Jwt) -> Result<&Jwk, NoKey> {
        let keys = self.keys.iter().flatten();
        let Some(kid) = token.header.get("kid") else {
            let mut fitting = keys.filter(|key| self.misfit(key, token).is_none());
            return match (fitting.next(), fitting.next()) {
                _ if self.rules.needs_kid => Err(NoKey::Missing),
                (Some(only), None) => Ok(only),
                (Some(_), Some(_)) => Err(NoKey::Ambiguous),
                (None, _) => Err(NoKey::Missing),
            };
        };
        let kid = kid.as_str().ok_or(NoKey::Missing)?;
        let has_kid = |key: &&Jwk| key.common.key_id.as_deref() == Some(kid);
        // Keys of different types may share a kid (RFC 7517 section 4.5).
        let mut reason = None;
        for key in keys.filter(has_kid) {
            match self.misfit(key, token) {
                None => return Ok(key),
                why => reason = reason.or(why),
            }
        }
        Err(reason.map_or(NoKey::Missing, NoKey::Misfit))
    }

    /// Why the key cannot have signed the token. A token whose algorithm is not
    /// allowed fails for that: its key is then one for any that is.
    fn misfit(&self, key: &Jwk, token: &Jwt) -> Option<String> {
        let allowed = self.rules.algorithms;
        let named = algorithm::of(token).filter(|named| allowed.contains(named));
        match named {
            Some(named) => algorithm::misfit(key, named),
            None => self.misfits_all(key),
        }
    }

    /// Why the key may sign with no algorithm that is allowed.
    fn misfits_all(&self, key: &Jwk) -> Option<String> {
        let mut reason = None;
        for allowed in self.rules.algorithms {
            reason = Some(algorithm::misfit(key, *allowed)?);
        }
        reason
    }

    /// Whether the token has a valid signature by the key that it names.
    ///
    /// The algorithm must be one of the rules' and fit the key's own type, so
    /// that `none`, or HS256 with the public key as its secret, fails
    /// (RFC 8725 section 3.1).
    pub(crate) fn verify_signature(&self, token: &Jwt) -> bool {
        let allowed = |named: &Algorithm| self.rules.algorithms.contains(named);
        let Some(algorithm) = algorithm::of(token).filter(allowed) else {
            return false;
        };
        let key = self.key_of(token).ok().map(DecodingKey::from_jwk);
        let parts = token.raw.rsplit_once('.');
        // The claims are checked one by one in `verify`, each with its reason.
        let verified = parts.zip(key.and_then(Result::ok)).map(|(parts, key)| {
            let (message, signature) = parts;
            crypto::verify(signature, message.as_bytes(), &key, algorithm)
        });
        matches!(verified, Some(Ok(true)))
    }

    /// The modulus of the key that the token names; public, like the whole key.
    pub(crate) fn modulus(&self, token: &Jwt) -> Option<Vec<u8>> {
        match &self.key_of(token).ok()?.algorithm {
            AlgorithmParameters::RSA(key) => from_base64url(&key.n),
            _ => None,
        }
    }

    /// A set that does not come from the server: the lab's, or a test's.
    ///
    /// # Errors
    /// If it is not a JWK Set.
    pub(crate) fn from_json(set: Value, rules: &'static TokenRules) -> Result<JwkSet> {
        let set: Document =
            serde_json::from_value(set).map_err(|_| Failure::failed("This is not a JWK Set"))?;
        Ok(JwkSet {
            jwks_uri: None,
            keys: Some(set.keys()),
            rules,
            fetched_again: false,
        })
    }

    async fn load(&self, http: &Http, jwks_uri: &Url, why: &'static str) -> Result<Vec<Jwk>> {
        let request = Request::get("jwks_uri", why, jwks_uri.clone());
        let set: Document = http.json(request).await?;
        let keys = set.keys();
        if keys.iter().all(|key| self.misfits_all(key).is_some()) {
            return Err(Failure::failed(format!(
                "The jwks_uri {jwks_uri} has no key for {}",
                algorithm::names(self.rules.algorithms)
            )));
        }
        Ok(keys)
    }
}

impl Document {
    /// The keys of a known type.
    fn keys(self) -> Vec<Jwk> {
        let keys = self.keys.into_iter().map(algorithm::with_known_name);
        keys.filter_map(|key| serde_json::from_value(key).ok())
            .collect()
    }
}

#[cfg(test)]
mod tests;
