//! Hints for failed calls: what the user can do next.

use common::Failure;

use super::call::CallError;
use super::kind::Kind;

impl From<CallError> for Failure {
    fn from(error: CallError) -> Failure {
        if error.kind == Kind::Stopped {
            return Failure::interrupted(format!("Stopped before {}", error.operation)).with_hint(
                "run the same command again to go on; 'make delete' removes what was made",
            );
        }
        let failure = Failure::failed(error.to_string());
        match hint(&error) {
            Some(hint) => failure.with_hint(hint),
            None => failure,
        }
    }
}

/// The hint for this error, if there is one.
fn hint(error: &CallError) -> Option<&'static str> {
    match error.code.as_str() {
        "ExpiredToken" | "ExpiredTokenException" | "RequestExpired" => {
            Some("your AWS session has ended: sign in again, for example with 'aws sso login'")
        }
        "InvalidClientTokenId"
        | "UnrecognizedClientException"
        | "SignatureDoesNotMatch"
        | "AuthFailure" => Some(
            "AWS does not know these credentials: check AWS_PROFILE, or the access key and its secret; in a region that the account has not enabled AWS says the same",
        ),
        "AccessDenied" | "AccessDeniedException" | "NotAuthorizedException" => Some(
            "these credentials may not do that: iam-policy.json has the permissions that are needed",
        ),
        "LimitExceededException" | "LimitExceeded" => Some(
            "a quota of the account is used up: delete what is not needed, or ask AWS for more",
        ),
        "no connection" => Some(
            "nothing answers there: check the network and AWS_ENDPOINT_URL; 'make cloud' starts the local cloud",
        ),
        "no answer in time" | "connection lost" | "unreadable answer" => {
            Some("run the same command again: it first looks up what took effect")
        }
        _ if error.kind == Kind::Incomplete => {
            Some("run the same command again: it looks up what this call made")
        }
        _ if error.kind == Kind::Exists => Some(
            "the name is taken: run 'make delete', set another DOMAIN_PREFIX (sign-in domain) or NAME_SUFFIX (all else), then 'make api'",
        ),
        _ if error.kind == Kind::InUse => Some(
            "something that this deployment did not make uses it: remove that, then run 'make delete' again",
        ),
        _ if error.kind == Kind::TryLater => Some(
            "AWS could not take it for half an hour: run the same command again when fewer people work in this account, or ask AWS for a higher quota; what is done stays done",
        ),
        _ if error.kind == Kind::Lost => {
            Some("run the same command again in a while: it first looks up what took effect")
        }
        _ => None,
    }
}
