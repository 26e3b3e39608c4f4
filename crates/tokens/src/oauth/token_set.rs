//! The tokens of a login or a refresh: decoded, then checked.

use common::{Failure, Result};
use serde_json::{Value, json};

use crate::jwt::access_token::{AccessToken, AccessTokenKind};
use crate::jwt::algorithm;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::{Expectations, now};
use crate::jwt::jwks::JwkSet;
use crate::jwt::meaning;
use crate::jwt::rules::{AccessTokenFormat, TokenRules};
use crate::jwt::verify;
use crate::oauth::token_response::TokenResponse;
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

/// The claims that may name a person to others, the best first.
const NAMES: [&str; 4] = ["cognito:username", "email", "preferred_username", "name"];

/// Tokens, decoded but not verified.
pub(crate) struct TokenSet {
    /// As the token endpoint sent them.
    pub response: TokenResponse,
    /// The id token; there is none without the scope `openid`.
    pub id: Option<Jwt>,
    pub access: AccessToken,
}

/// Tokens, the keys they were checked with, and the result of every check,
/// including those that failed.
pub(crate) struct CheckedTokens {
    pub tokens: TokenSet,
    /// The issuer's keys, for the tokens of a refresh too.
    pub keys: JwkSet,
    pub checks: Vec<Check>,
    /// The scopes in force: those that were granted, or else those requested
    /// (RFC 6749 section 5.1).
    pub scopes: Vec<String>,
}

impl CheckedTokens {
    /// The access token as a JWT.
    ///
    /// # Errors
    /// If it is opaque.
    pub(crate) fn access_jwt(&self) -> Result<&Jwt> {
        let jwt = self.tokens.access.jwt.as_ref();
        jwt.ok_or_else(|| Failure::failed("The access token is opaque"))
    }

    /// Makes sure that no check failed.
    ///
    /// # Errors
    /// Names the checks that failed.
    pub(crate) fn ensure_verified(&self) -> Result<()> {
        ensure_verified(&self.tokens, &self.checks)
    }
}

/// Makes sure that no check of these tokens failed.
///
/// # Errors
/// Names the checks that failed. If only this machine's clock can be the
/// reason, the hint says so.
pub(crate) fn ensure_verified(tokens: &TokenSet, checks: &[Check]) -> Result<()> {
    let failed = check::failed(checks);
    let behind = verify::clock_is_behind(&tokens.jwts(), &failed, now());
    let hint = "the API was not called; do not use these tokens";
    let verified = check::ensure_none_failed(checks, "The tokens failed their checks", hint);
    verified.map_err(|failure| match behind {
        Some(seconds) => failure.with_hint(wrong_clock(seconds)),
        None => failure,
    })
}

fn wrong_clock(behind: i64) -> String {
    let amount = check::span(behind.abs());
    let word = if behind.is_positive() {
        "behind"
    } else {
        "ahead"
    };
    format!(
        "is this machine's clock right? It seems {amount} {word}: only times failed, all by the same amount. The API was not called"
    )
}

impl TokenSet {
    /// Decodes both tokens, without verifying them.
    ///
    /// # Errors
    /// If the id token is not a JWT, or an access token that must be one.
    pub(crate) fn decode(response: TokenResponse, rules: &TokenRules) -> Result<TokenSet> {
        let no_jwt = |which: &str| {
            Failure::failed(format!(
                "The {which} token is not a JSON Web Token (RFC 7519 section 7.2)"
            ))
        };
        let granted = response.scope.as_deref();
        let access = AccessToken::decode_unverified(&response.access_token, granted, rules);
        let must_be_jwt = rules.access_token == AccessTokenFormat::Cognito;
        if must_be_jwt && access.kind == AccessTokenKind::Opaque {
            return Err(no_jwt("access"));
        }
        let decode_id = |raw: &String| Jwt::decode_unverified(raw).ok_or_else(|| no_jwt("id"));
        Ok(TokenSet {
            id: response.id_token.as_ref().map(decode_id).transpose()?,
            access,
            response,
        })
    }

    /// Those of the tokens that are JWTs.
    pub(crate) fn jwts(&self) -> Vec<&Jwt> {
        self.id.iter().chain(&self.access.jwt).collect()
    }

    /// Who signed in: the id token says it, or without one an access token that
    /// this client understands.
    pub(crate) fn subject(&self) -> Option<&Value> {
        match &self.id {
            Some(id) => id.payload.get("sub"),
            None => self.access.claim("sub"),
        }
    }

    /// The user's name, for the report.
    pub(crate) fn username(&self) -> &str {
        let name = self
            .id
            .as_ref()
            .and_then(|id| NAMES.iter().find_map(|claim| id.text(claim)));
        let subject = || self.subject().and_then(Value::as_str);
        name.or(self.access.text("username"))
            .or_else(subject)
            .unwrap_or("somebody")
    }

    /// Header and payload of both tokens, for `--json`.
    pub(crate) fn decoded_json(&self) -> Value {
        let part = |jwt: &Jwt| json!({ "header": jwt.header, "payload": jwt.payload });
        let (id, access) = (self.id.as_ref(), self.access.jwt.as_ref());
        json!({ "id_token": id.map(part), "access_token": access.map(part) })
    }

    /// Runs every check. One that fails is not an error here: all of them are shown
    /// before [`ensure_verified`] refuses.
    pub(crate) fn check(self, keys: JwkSet, expect: &Expectations) -> CheckedTokens {
        let checks = verify::check(self.id.as_ref(), &self.access, &keys, expect);
        let granted = self.access.scopes();
        CheckedTokens {
            scopes: if granted.is_empty() {
                expect.scopes.to_vec()
            } else {
                granted
            },
            tokens: self,
            keys,
            checks,
        }
    }

    /// Explains how the tokens are checked.
    pub(crate) fn narrate(&self, transcript: &Transcript) {
        let step = transcript.step(
            Channel::Here,
            "The tokens are checked",
            "No call: a signature needs only the public key, a claim only a comparison.",
        );
        step.fields(&meaning::of_checks(self.id.as_ref(), &self.access));
        let Some(id) = &self.id else {
            return;
        };
        let at_hash = algorithm::at_hash(&self.access.raw, id);
        step.text(&format!("at_hash of the access token = {at_hash}"));
        step.command(&algorithm::at_hash_command(id));
        match id.text("at_hash") {
            Some(at_hash) => step.text(&format!("at_hash in the id token     = {at_hash}")),
            None => step.text("The id token has no at_hash: it is optional where no token passes through the browser (OpenID Connect Core section 3.1.3.6)."),
        }
    }
}
