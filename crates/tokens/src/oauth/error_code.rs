//! The error codes of OAuth 2.0: RFC 6749 sections 4.1.2.1 and 5.2, and those
//! that RFC 8628, RFC 8707, RFC 9449 and OpenID Connect add.

use std::fmt;

use serde::Deserialize;

/// Why a server refused.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(from = "String")]
pub(crate) enum ErrorCode {
    AccessDenied,
    AccountSelectionRequired,
    AuthorizationPending,
    ConsentRequired,
    ExpiredToken,
    InteractionRequired,
    InvalidClient,
    InvalidDpopProof,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    InvalidTarget,
    LoginRequired,
    ServerError,
    SlowDown,
    TemporarilyUnavailable,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    UseDpopNonce,
    /// A code that none of them defines.
    Other(String),
}

/// Each code as it is sent.
const NAMES: [(ErrorCode, &str); 20] = [
    (ErrorCode::AccessDenied, "access_denied"),
    (
        ErrorCode::AccountSelectionRequired,
        "account_selection_required",
    ),
    (ErrorCode::AuthorizationPending, "authorization_pending"),
    (ErrorCode::ConsentRequired, "consent_required"),
    (ErrorCode::ExpiredToken, "expired_token"),
    (ErrorCode::InteractionRequired, "interaction_required"),
    (ErrorCode::InvalidClient, "invalid_client"),
    (ErrorCode::InvalidDpopProof, "invalid_dpop_proof"),
    (ErrorCode::InvalidGrant, "invalid_grant"),
    (ErrorCode::InvalidRequest, "invalid_request"),
    (ErrorCode::InvalidScope, "invalid_scope"),
    (ErrorCode::InvalidTarget, "invalid_target"),
    (ErrorCode::LoginRequired, "login_required"),
    (ErrorCode::ServerError, "server_error"),
    (ErrorCode::SlowDown, "slow_down"),
    (ErrorCode::TemporarilyUnavailable, "temporarily_unavailable"),
    (ErrorCode::UnauthorizedClient, "unauthorized_client"),
    (ErrorCode::UnsupportedGrantType, "unsupported_grant_type"),
    (
        ErrorCode::UnsupportedResponseType,
        "unsupported_response_type",
    ),
    (ErrorCode::UseDpopNonce, "use_dpop_nonce"),
];

impl From<String> for ErrorCode {
    fn from(sent: String) -> ErrorCode {
        match NAMES.iter().find(|(_, name)| *name == sent) {
            Some((code, _)) => code.clone(),
            None => ErrorCode::Other(sent),
        }
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self, NAMES.iter().find(|(code, _)| code == self)) {
            (ErrorCode::Other(sent), _) => f.write_str(sent),
            (_, Some((_, name))) => f.write_str(name),
            (_, None) => Err(fmt::Error),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_read_and_written_alike() {
        for (code, name) in NAMES {
            assert_eq!(ErrorCode::from(name.to_owned()), code);
            assert_eq!(code.to_string(), name);
        }
        let own = ErrorCode::from("my_own".to_owned());
        assert_eq!(own, ErrorCode::Other("my_own".to_owned()));
        assert_eq!(own.to_string(), "my_own");
    }
}
