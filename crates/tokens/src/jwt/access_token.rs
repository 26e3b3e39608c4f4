//! An access token: only the API and the server have to understand it.

use serde_json::Value;

use crate::jwt::decode::Jwt;
use crate::jwt::rules::{AccessTokenFormat, TokenRules};

/// An access token. It has no `Debug`: it is a credential.
#[derive(Clone)]
pub(crate) struct AccessToken {
    /// As received.
    pub raw: String,
    /// Decoded, if it is a JWT.
    pub jwt: Option<Jwt>,
    pub kind: AccessTokenKind,
    /// The `scope` of the token response (RFC 6749 section 5.1).
    granted: Option<String>,
}

/// What a client can know of an access token.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum AccessTokenKind {
    /// A JWT with Cognito's claims.
    Cognito,
    /// A JWT of RFC 9068.
    Rfc9068,
    /// A JWT whose claims are a matter between server and API.
    OtherJwt,
    /// A text that only the server understands, or the API too.
    Opaque,
}

impl AccessToken {
    /// Decodes the token, if it is a JWT, without verifying it.
    pub(crate) fn decode_unverified(
        raw: &str,
        granted: Option<&str>,
        rules: &TokenRules,
    ) -> AccessToken {
        let jwt = Jwt::decode_unverified(raw);
        let kind = match (&jwt, rules.access_token) {
            (None, _) => AccessTokenKind::Opaque,
            (Some(_), AccessTokenFormat::Cognito) => AccessTokenKind::Cognito,
            (Some(jwt), AccessTokenFormat::Any) if is_rfc9068(jwt) => AccessTokenKind::Rfc9068,
            (Some(_), AccessTokenFormat::Any) => AccessTokenKind::OtherJwt,
        };
        AccessToken {
            raw: raw.to_owned(),
            jwt,
            kind,
            granted: granted.map(str::to_owned),
        }
    }

    /// The `scope` claim where the format defines it, or else what the token
    /// response said; as it came.
    pub(crate) fn scope(&self) -> Option<Value> {
        let claim = match self.kind {
            AccessTokenKind::Cognito | AccessTokenKind::Rfc9068 => self.claim("scope").cloned(),
            AccessTokenKind::OtherJwt | AccessTokenKind::Opaque => None,
        };
        claim.or(self.granted.clone().map(Value::from))
    }

    /// Its scopes, as far as they are known.
    pub(crate) fn scopes(&self) -> Vec<String> {
        let scope = self.scope();
        let text = scope.as_ref().and_then(Value::as_str).unwrap_or_default();
        text.split_whitespace().map(str::to_owned).collect()
    }

    /// A claim, if it is a JWT that has it.
    pub(crate) fn claim(&self, name: &str) -> Option<&Value> {
        self.jwt.as_ref()?.payload.get(name)
    }

    /// A claim, if it is a JWT that has it as a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.claim(name)?.as_str()
    }
}

/// Whether it says that it follows RFC 9068 (section 2.1).
fn is_rfc9068(jwt: &Jwt) -> bool {
    let typ = jwt.header_text("typ");
    ["at+jwt", "application/at+jwt"]
        .iter()
        .any(|media_type| typ.is_some_and(|typ| media_type.eq_ignore_ascii_case(typ)))
}
