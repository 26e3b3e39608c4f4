//! What the token endpoint answers: RFC 6749 sections 5.1 and 5.2.

use std::fmt;

use common::text::printable;
use common::{Failure, Result};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::config::client::ClientConfig;
use crate::http::response::Response;
use crate::oauth::error_code::ErrorCode;

/// The successful response, RFC 6749 section 5.1.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct TokenResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    pub token_type: String,
    #[serde(
        default,
        deserialize_with = "seconds",
        skip_serializing_if = "Option::is_none"
    )]
    pub expires_in: Option<i64>,
    /// What was granted; if missing, what was requested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scope: Option<String>,
}

/// The error response, RFC 6749 section 5.2.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ErrorResponse {
    pub error: ErrorCode,
    pub error_description: Option<String>,
}

/// A number of seconds. Servers also send it as a string or with a fraction; it
/// is only shown, so anything but a number is left out.
pub(super) fn seconds<'de, D: Deserializer<'de>>(sent: D) -> Result<Option<i64>, D::Error> {
    let number = match Value::deserialize(sent)? {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    Ok(number.filter(|n: &f64| n.is_finite()).map(|n| n as i64))
}

impl TokenResponse {
    /// Reads the answer of the token endpoint.
    ///
    /// # Errors
    /// If the server refuses, or its answer contains no tokens of the type that
    /// was asked for: bearer tokens, or such that are bound to the client's key.
    pub(crate) fn read(answer: &Response, config: &ClientConfig) -> Result<TokenResponse> {
        if let Some(refusal) = ErrorResponse::of(answer) {
            let failure = Failure::failed(format!("The token endpoint refused: {refusal}"));
            return Err(failure.with_hint(hint(&refusal.error, config)));
        }
        let odd = |what: &str| {
            let status = answer.status;
            Failure::failed(format!("The token endpoint answered {status}: {what}"))
        };
        if !answer.status.is_success() {
            return Err(odd("not an error response of RFC 6749 section 5.2"));
        }
        let tokens: TokenResponse = answer
            .json()
            .ok_or_else(|| odd("not the tokens of RFC 6749 section 5.1"))?;
        // A client must not use a type that it does not understand.
        let is = |wanted: &str| tokens.token_type.eq_ignore_ascii_case(wanted);
        match &config.proof_key {
            Some(_) if is("DPoP") => Ok(tokens),
            Some(_) if is("Bearer") => Err(Failure::failed("The token endpoint got a proof and answered with a bearer token: it works for whoever has it, and is bound to no key (RFC 9449 section 5)")
                .with_hint("leave out --dpop, or turn it on in the provider's settings for this client. The token was not used")),
            Some(_) => Err(odd("its token_type is not DPoP (RFC 9449 section 5)")),
            None if is("Bearer") => Ok(tokens),
            None if is("DPoP") => Err(odd("its token_type is DPoP, although no key was shown (RFC 9449 section 5)")
                .with_hint("--dpop makes a key to bind the tokens to")),
            None => Err(odd("its token_type is not Bearer (RFC 6749 section 7.1)")),
        }
    }
}

/// What to do about a refusal.
fn hint(error: &ErrorCode, config: &ClientConfig) -> &'static str {
    match error {
        ErrorCode::InvalidGrant => {
            "a code works once and for a few minutes, a refresh token until it is revoked: run this again"
        }
        ErrorCode::InvalidClient if config.authentication.has_secret() => {
            "is CLIENT_SECRET right? The provider's settings for this client also say how it takes the secret: --client-auth basic or post sends it so"
        }
        ErrorCode::InvalidClient => config.server.hints.invalid_client,
        ErrorCode::InvalidScope => config.server.hints.invalid_scope,
        ErrorCode::InvalidTarget => {
            "the provider knows no such API, or not for this client: see --resource and --audience (RFC 8707 section 2)"
        }
        ErrorCode::InvalidDpopProof | ErrorCode::UseDpopNonce => {
            "RFC 9449 section 5 explains the error code; a wrong clock makes proofs that are not taken"
        }
        ErrorCode::UnauthorizedClient | ErrorCode::UnsupportedGrantType => {
            "the provider's settings for this client say which grants it may use"
        }
        ErrorCode::AccessDenied => {
            "the person, or a rule of the provider, said no: run this again to try once more"
        }
        ErrorCode::ExpiredToken => "nobody entered the code in time: run this again for a new one",
        _ => "RFC 6749 section 5.2 explains the error code",
    }
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponse(hidden)")
    }
}

impl ErrorResponse {
    /// The error in a response; `None` if it has none.
    pub(crate) fn of(answer: &Response) -> Option<ErrorResponse> {
        answer.json().filter(|_| !answer.status.is_success())
    }

    /// Makes sure that an endpoint did not refuse. `what` is said if it did: `The
    /// revocation endpoint refused`.
    ///
    /// # Errors
    /// With the server's error, or else the status.
    pub(crate) fn ensure_none(answer: &Response, what: &str) -> Result<()> {
        if answer.status.is_success() {
            return Ok(());
        }
        let error = ErrorResponse::of(answer).map(|error| error.to_string());
        let reason = error.unwrap_or_else(|| answer.status.to_string());
        Err(Failure::failed(format!("{what}: {reason}")))
    }
}

/// `error: error_description`.
impl fmt::Display for ErrorResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = match &self.error_description {
            Some(description) => format!("{}: {description}", self.error),
            None => self.error.to_string(),
        };
        f.write_str(&printable(&text))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::config::server::SignInServer;

    #[test]
    fn each_refusal_has_its_hint() {
        let config = ClientConfig::public(SignInServer::of_stack(), "i".into(), "c".into());
        for (error, said) in [
            ("invalid_grant", "a code works once"),
            ("invalid_client", "does the app client still exist?"),
            ("invalid_scope", "terminal_app_scopes"),
            ("invalid_target", "--resource"),
            ("invalid_dpop_proof", "a wrong clock"),
            ("use_dpop_nonce", "a wrong clock"),
            ("unauthorized_client", "which grants it may use"),
            ("unsupported_grant_type", "which grants it may use"),
            ("access_denied", "said no"),
            ("expired_token", "in time"),
            ("another", "RFC 6749 section 5.2"),
        ] {
            let hint = hint(&ErrorCode::from(error.to_owned()), &config);
            assert!(hint.contains(said), "{error}: {hint}");
        }
    }

    #[test]
    fn the_tokens_are_not_in_debug_output() {
        let answer = json!({"access_token": "a", "token_type": "Bearer"});
        let tokens: TokenResponse = serde_json::from_value(answer).unwrap();
        assert_eq!(format!("{tokens:?}"), "TokenResponse(hidden)");
    }

    #[test]
    fn expires_in_is_taken_as_servers_send_it() {
        for (sent, read) in [
            (json!(3600), Some(3600)),
            (json!("3600"), Some(3600)),
            (json!(3599.9), Some(3599)),
            (json!("3599.9"), Some(3599)),
            (json!(-1), Some(-1)),
            (json!(1e300), Some(i64::MAX)),
            (json!("NaN"), None),
            (json!("soon"), None),
            (json!(null), None),
            (json!([1]), None),
        ] {
            let answer = json!({"access_token": "a", "token_type": "Bearer", "expires_in": sent});
            let tokens: TokenResponse = serde_json::from_value(answer).unwrap();
            assert_eq!(tokens.expires_in, read, "{sent}");
        }
        let without = json!({"access_token": "a", "token_type": "Bearer"});
        let tokens: TokenResponse = serde_json::from_value(without).unwrap();
        assert_eq!(tokens.expires_in, None);
    }
}
