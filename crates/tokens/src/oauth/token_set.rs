//! The tokens of a login or a refresh: decoded, then checked.

use common::{Failure, Result};
use serde_json::{Value, json};

use crate::crypto;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;
use crate::jwt::meaning;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::token_response::TokenResponse;
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

/// Tokens, decoded but not verified.
pub(crate) struct TokenSet {
    /// As the token endpoint sent them.
    pub response: TokenResponse,
    /// The id token; there is none without the scope `openid`.
    pub id: Option<Jwt>,
    /// The access token.
    pub access: Jwt,
}

/// Tokens, the keys they were checked with, and the result of every check,
/// including those that failed.
pub(crate) struct CheckedTokens {
    pub tokens: TokenSet,
    /// The issuer's keys, for the tokens of a refresh too.
    pub keys: JwkSet,
    pub checks: Vec<Check>,
}

impl CheckedTokens {
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
    let behind = verify::clock_is_behind(&tokens.jwts(), &failed, verify::now());
    check::ensure_verified(checks).map_err(|failure| match behind {
        Some(seconds) => failure.with_hint(wrong_clock(seconds)),
        None => failure,
    })
}

fn wrong_clock(behind: i64) -> String {
    let amount = check::span(behind.abs());
    let word = if behind > 0 { "behind" } else { "ahead" };
    format!(
        "is this machine's clock right? It seems {amount} {word}: only times failed, all by the same amount. The API was not called"
    )
}

impl TokenSet {
    /// Decodes both tokens, without verifying them.
    ///
    /// # Errors
    /// If one of them is not a JWT.
    pub(crate) fn decode(response: TokenResponse) -> Result<TokenSet> {
        let jwt = |which: &str, raw: &str| {
            Jwt::decode_unverified(raw).ok_or_else(|| {
                Failure::failed(format!(
                    "The {which} token is not a JSON Web Token (RFC 7519 section 7.2)"
                ))
            })
        };
        let id = response.id_token.as_deref().map(|raw| jwt("id", raw));
        Ok(TokenSet {
            id: id.transpose()?,
            access: jwt("access", &response.access_token)?,
            response,
        })
    }

    /// Both tokens, or only the access token if there is no id token.
    pub(crate) fn jwts(&self) -> Vec<&Jwt> {
        self.id.iter().chain([&self.access]).collect()
    }

    /// The user's name, for the report.
    pub(crate) fn username(&self) -> &str {
        let name = self
            .id
            .as_ref()
            .and_then(|id| id.text("cognito:username").or(id.text("email")));
        name.or(self.access.text("username")).unwrap_or("somebody")
    }

    /// Header and payload of both tokens, for `--json`.
    pub(crate) fn decoded_json(&self) -> Value {
        let part = |jwt: &Jwt| json!({ "header": jwt.header, "payload": jwt.payload });
        json!({ "id_token": self.id.as_ref().map(part), "access_token": part(&self.access) })
    }

    /// Runs every check. One that fails is not an error here: all of them are shown
    /// before [`ensure_verified`](crate::jwt::check::ensure_verified) refuses.
    pub(crate) fn check(self, keys: JwkSet, expect: &Expectations) -> CheckedTokens {
        let checks = verify::check(self.id.as_ref(), &self.access, &keys, expect);
        CheckedTokens {
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
        let at_hash = crypto::at_hash(&self.access.raw);
        step.text(&format!("at_hash of the access token = {at_hash}"));
        step.command(
            "printf %s \"$ACCESS_TOKEN\" | openssl dgst -sha256 -binary | head -c 16 | openssl base64 | tr '+/' '-_' | tr -d '='",
        );
        match self.id.as_ref().and_then(|id| id.text("at_hash")) {
            Some(at_hash) => step.text(&format!("at_hash in the id token     = {at_hash}")),
            None => step.text("The id token has no at_hash: it is optional in the code flow (OpenID Connect Core section 3.1.3.6)."),
        }
    }
}
