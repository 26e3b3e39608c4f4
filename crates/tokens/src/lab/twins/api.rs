//! An API that checks access tokens as API Gateway's JWT authorizer does (its
//! list: the developer guide, "Control access to HTTP APIs with JWT
//! authorizers"). A twin leaves out one of these checks.

use common::Result;
use reqwest::StatusCode;
use url::{Url, form_urlencoded};

use super::Twin;
use super::header_key;
use super::serve::{Received, Reply, while_serving};
use crate::crypto::constant_time_eq;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::jwt::check::{Check, TokenChecks, Verdict};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::now;
use crate::jwt::jwks::JwkSet;
use crate::jwt::sign::hs256;
use crate::transcript::step::Channel;

/// What the API knows, and the check that it leaves out, if any.
pub(crate) struct Api<'a> {
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// The route opens to a token with one of these.
    pub scopes: &'a [String],
    /// The issuer's keys.
    pub keys: &'a JwkSet,
    /// What a careless API takes as the key of an HMAC.
    pub secret: &'a [u8],
    pub left_out: Option<&'static str>,
}

impl Api<'_> {
    /// The answer to a request: `hello` and whom the token names, or the check
    /// that failed.
    async fn answer(&self, http: &Http, request: &Received) -> Reply {
        match self.check(http, request).await {
            Ok(name) => (StatusCode::OK, format!("hello {name}")),
            Err(check) if check.check == "scope" => (StatusCode::FORBIDDEN, check.describe()),
            Err(check) => (StatusCode::UNAUTHORIZED, check.describe()),
        }
    }

    /// Runs every check but the one left out.
    ///
    /// # Errors
    /// The first check that fails.
    pub(crate) async fn check(&self, http: &Http, request: &Received) -> Result<String, Check> {
        let of = TokenChecks("access");
        let sent = self.bearer_token(request);
        let Some(token) = sent.as_deref().and_then(Jwt::decode_unverified) else {
            return Err(of.check(
                "header",
                false,
                "Authorization: Bearer",
                "none",
                "RFC 6750 2.1",
            ));
        };
        let foreign = if self.leaves_out("kid") && !self.keys.has_key_of(&token) {
            header_key::find(http, &token).await.ok()
        } else {
            None
        };
        let checks = self.checks(of, &token, foreign.as_ref().unwrap_or(self.keys));
        let fails = |check: &Check| check.verdict == Verdict::Fail && !self.leaves_out(check.check);
        match checks.into_iter().find(fails) {
            Some(check) => Err(check),
            None => Ok(name_in(&token).to_owned()),
        }
    }

    fn leaves_out(&self, check: &str) -> bool {
        self.left_out == Some(check)
    }

    /// The token, from the header. An API without that check takes one from the
    /// query too.
    fn bearer_token(&self, request: &Received) -> Option<String> {
        let header = request.authorization.as_deref();
        let token = header.and_then(|value| value.strip_prefix("Bearer "));
        if token.is_some() || !self.leaves_out("header") {
            return token.map(str::to_owned);
        }
        let mut query = form_urlencoded::parse(request.query.as_bytes());
        query
            .find(|(name, _)| name == "access_token")
            .map(|(_, value)| value.into_owned())
    }

    #[rustfmt::skip] // one line each
    fn checks(&self, of: TokenChecks, token: &Jwt, keys: &JwkSet) -> Vec<Check> {
        let header = |name| token.header_text(name).unwrap_or("none");
        let (alg, kid, iss) = (header("alg"), header("kid"), token.text("iss").unwrap_or("none"));
        let now = now();
        // It looks at client_id only if there is no aud.
        let aud = token.text("aud").or(token.text("client_id")).unwrap_or("none");
        let granted = token.scopes();
        let shown = if granted.is_empty() { "none".to_owned() } else { granted.join(" ") };
        let wanted = format!("one of: {}", self.scopes.join(" "));
        // Without scopes, the route opens to any token of the client.
        let is_open = self.scopes.is_empty()
            || self.scopes.iter().any(|scope| granted.contains(&&**scope));
        vec![
            of.check("alg", alg == "RS256", "RS256", alg, "RFC 8725 3.1"),
            of.check("kid", self.keys.has_key_of(token), "a key of jwks_uri", kid, "RFC 8725 3.10"),
            of.check("signature", self.has_valid_signature(token, keys), "valid", "not valid", "RFC 7515 5.2"),
            of.check("iss", iss == self.issuer, self.issuer, iss, "RFC 7519 4.1.1"),
            of.check("aud", aud == self.client_id, self.client_id, aud, "RFC 7519 4.1.3"),
            of.check("exp", token.time("exp").is_some_and(|exp| exp > now), "in the future", "in the past", "RFC 7519 4.1.4"),
            of.check("scope", is_open, &wanted, &shown, "RFC 6750 3.1"),
        ]
    }

    /// Whether the signature is valid. An API without the check of `alg` lets
    /// the token choose the algorithm.
    fn has_valid_signature(&self, token: &Jwt, keys: &JwkSet) -> bool {
        match token.header_text("alg") {
            Some("none") if self.leaves_out("alg") => true,
            Some("HS256") if self.leaves_out("alg") => {
                let signed = hs256(&token.header, &token.payload, self.secret);
                constant_time_eq(&signed, &token.raw)
            }
            _ => keys.verify_signature(token),
        }
    }
}

/// Whom a token names.
pub(super) fn name_in(token: &Jwt) -> &str {
    let names = ["cognito:username", "username", "preferred_username", "sub"];
    names
        .iter()
        .find_map(|name| token.text(name))
        .unwrap_or("somebody")
}

/// Attacks the twin: starts it, and sends it the request that `attack` makes
/// from its URL.
///
/// # Errors
/// If it cannot be started, or does not answer.
pub(crate) async fn attack(
    http: &Http,
    api: &Api<'_>,
    attack: impl FnOnce(Url) -> Request,
) -> Result<Twin> {
    let answer = async |request: Received| api.answer(http, &request).await;
    let response = while_serving(answer, async |url| {
        http.send(attack(url).on(Channel::Api)).await
    })
    .await?;
    Ok(Twin {
        who: "an API",
        left_out: api.left_out.unwrap_or_default(),
        succeeded: response.status.is_success(),
        got: format!("{} {}", response.status, response.text()),
    })
}

#[cfg(test)]
mod tests;
