//! The error codes of OAuth 2.0: RFC 6749 sections 4.1.2.1 and 5.2.

use std::fmt;

use serde::Deserialize;

/// Why a server refused.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(from = "String")]
pub(crate) enum ErrorCode {
    AccessDenied,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    InvalidScope,
    ServerError,
    TemporarilyUnavailable,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
    /// A code that RFC 6749 does not define.
    Other(String),
}

/// Each code as it is sent.
const NAMES: [(ErrorCode, &str); 10] = [
    (ErrorCode::AccessDenied, "access_denied"),
    (ErrorCode::InvalidClient, "invalid_client"),
    (ErrorCode::InvalidGrant, "invalid_grant"),
    (ErrorCode::InvalidRequest, "invalid_request"),
    (ErrorCode::InvalidScope, "invalid_scope"),
    (ErrorCode::ServerError, "server_error"),
    (ErrorCode::TemporarilyUnavailable, "temporarily_unavailable"),
    (ErrorCode::UnauthorizedClient, "unauthorized_client"),
    (ErrorCode::UnsupportedGrantType, "unsupported_grant_type"),
    (
        ErrorCode::UnsupportedResponseType,
        "unsupported_response_type",
    ),
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
