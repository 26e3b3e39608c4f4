//! From an SDK error to "Operation: Code: message", what kind of refusal it is,
//! and a hint.

use api_core::Failure;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use crate::interceptors::Stopped;

/// What an AWS error means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The resource is not there: for `delete` that is success.
    NotFound,
    /// A resource of that name is there already, ours or not.
    Exists,
    /// AWS is busy, the call had no effect: throttled, or another change is under way.
    TryLater,
    /// Something the call depends on is not consistent yet: poll.
    NotYet,
    /// Something that was deleted a moment ago, or something foreign, still uses it.
    InUse,
    /// No answer, or a server error: the call may have taken effect or not.
    Lost,
    /// Never sent, because a signal asked the program to stop.
    Stopped,
    /// Anything else: wrong, forbidden, over quota. Trying again does not help.
    Other,
}

/// A failed AWS call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {code}: {message}")]
pub struct CallError {
    operation: &'static str,
    code: String,
    message: String,
    kind: Kind,
}

impl CallError {
    /// What the error means to the caller.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the resource was not there.
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }
}

/// Whether a call was refused because the resource was not there: then that is fine.
///
/// # Errors
/// Any other refusal.
pub fn optional<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// Gives an SDK result the name of its operation.
pub trait Named<T> {
    /// Turns the SDK's error into a [`CallError`] of this operation.
    ///
    /// # Errors
    /// If the call failed.
    fn named(self, operation: &'static str) -> Result<T, CallError>;
}

impl<T, E> Named<T> for Result<T, SdkError<E, HttpResponse>>
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    fn named(self, operation: &'static str) -> Result<T, CallError> {
        self.map_err(|error| from_sdk(operation, &error))
    }
}

fn from_sdk<E>(operation: &'static str, error: &SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + 'static,
{
    let status = error
        .raw_response()
        .map(|response| response.status().as_u16());
    let (code, message) = match error {
        SdkError::ServiceError(service) => (
            service.err().code().map(str::to_owned),
            service.err().message().map(str::to_owned),
        ),
        _ => (None, None),
    };
    let kind = match (&code, error) {
        _ if caused_by_stop(error) => Kind::Stopped,
        (_, SdkError::ServiceError(_)) => classify(
            code.as_deref().unwrap_or(""),
            message.as_deref().unwrap_or(""),
            status,
        ),
        (_, SdkError::ConstructionFailure(_)) => Kind::Other,
        (_, SdkError::DispatchFailure(failure)) if never_sent(failure) => Kind::Other,
        _ => Kind::Lost,
    };
    CallError {
        operation,
        code: code.unwrap_or_else(|| transport_code(error, status)),
        message: message.unwrap_or_else(|| chain(error)),
        kind,
    }
}

/// An error and its causes on one line, each said once.
pub fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let said = error.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = error.source();
    }
    text
}

/// A name for what went wrong where AWS itself gave none.
fn transport_code<E>(error: &SdkError<E, HttpResponse>, status: Option<u16>) -> String {
    match error {
        SdkError::TimeoutError(_) => "no answer in time".into(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no answer in time".into(),
        SdkError::DispatchFailure(failure) if never_sent(failure) => "no connection".into(),
        SdkError::DispatchFailure(_) => "connection lost".into(),
        SdkError::ResponseError(_) => "unreadable answer".into(),
        _ => status.map_or("failed".into(), |status| format!("HTTP status {status}")),
    }
}

/// A connection that was never made cannot have had an effect.
fn never_sent(failure: &aws_smithy_runtime_api::client::result::DispatchFailure) -> bool {
    let connector = failure.as_connector_error();
    failure.is_user()
        || connector.is_some_and(|error| {
            let text = chain(error).to_lowercase();
            text.contains("connection refused") || text.contains("dns error")
        })
}

fn caused_by_stop<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    let mut source: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(error) = source {
        if error.is::<Stopped>() {
            return true;
        }
        source = error.source();
    }
    false
}

/// Reads a service's refusal. IAM's codes have no "Exception" at their end, and
/// several services say different things with one code, so the message counts.
fn classify(code: &str, message: &str, status: Option<u16>) -> Kind {
    let says = |text: &str| message.to_lowercase().contains(text);
    match code {
        "LimitExceededException" | "LimitExceeded" => Kind::Other,
        "ConflictException" if says("try again later") => Kind::TryLater,
        "ResourceConflictException"
            if says("cannot be performed at this time") || says("in progress") =>
        {
            Kind::TryLater
        }
        "InvalidParameterValueException"
            if says("cannot be assumed by lambda") || says("does not have permissions") =>
        {
            Kind::NotYet
        }
        "BadRequestException" if says("discovery endpoint") => Kind::NotYet,
        "InvalidParameterException" if says("no such domain or user pool exists") => Kind::NotFound,
        "InvalidParameterException" if says("already associated") || says("already exists") => {
            Kind::Exists
        }
        "InvalidParameterException" if says("has a domain configured") => Kind::InUse,
        "DeleteConflict" => Kind::InUse,
        "ResourceNotFoundException"
        | "ScopeDoesNotExistException"
        | "NotFoundException"
        | "NoSuchEntity"
        | "UserNotFoundException" => Kind::NotFound,
        "ConflictException"
        | "ResourceConflictException"
        | "EntityAlreadyExists"
        | "UsernameExistsException"
        | "ResourceAlreadyExistsException" => Kind::Exists,
        "TooManyRequestsException"
        | "ThrottlingException"
        | "Throttling"
        | "RequestLimitExceeded"
        | "ConcurrentModificationException"
        | "ConcurrentModification"
        | "OperationAbortedException" => Kind::TryLater,
        _ if status == Some(429) => Kind::TryLater,
        _ if status.is_some_and(|status| status >= 500) => Kind::Lost,
        _ => Kind::Other,
    }
}

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
        _ if error.kind == Kind::Exists => Some(
            "the name is taken: run 'make delete', set another DOMAIN_PREFIX (sign-in domain) or NAME_SUFFIX (all else), then 'make api'",
        ),
        _ if error.kind == Kind::InUse => Some(
            "something that this deployment did not make uses it: remove that, then run 'make delete' again",
        ),
        _ if error.kind == Kind::TryLater || error.kind == Kind::Lost => {
            Some("run the same command again in a while: it first looks up what took effect")
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn refusals_are_told_apart_by_code_and_message() {
        let cases = [
            (
                "ConflictException",
                "Unable to complete operation due to concurrent modification. Please try again later.",
                409,
                Kind::TryLater,
            ),
            (
                "ConflictException",
                "Stage already exists",
                409,
                Kind::Exists,
            ),
            (
                "ResourceConflictException",
                "Function already exist: EchoFunction",
                409,
                Kind::Exists,
            ),
            (
                "ResourceConflictException",
                "The operation cannot be performed at this time. The function is currently in the following state: Pending",
                409,
                Kind::TryLater,
            ),
            (
                "InvalidParameterValueException",
                "The role defined for the function cannot be assumed by Lambda.",
                400,
                Kind::NotYet,
            ),
            (
                "InvalidParameterValueException",
                "Unzipped size must be smaller",
                400,
                Kind::Other,
            ),
            (
                "BadRequestException",
                "Caught exception when connecting to https://x for issuer. Please try again later. Error: Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'",
                400,
                Kind::NotYet,
            ),
            (
                "InvalidParameterException",
                "No such domain or user pool exists.",
                400,
                Kind::NotFound,
            ),
            (
                "InvalidParameterException",
                "Domain already associated with another user pool.",
                400,
                Kind::Exists,
            ),
            (
                "InvalidParameterException",
                "User pool cannot be deleted. It has a domain configured.",
                400,
                Kind::InUse,
            ),
            (
                "NoSuchEntity",
                "The role cannot be found.",
                404,
                Kind::NotFound,
            ),
            (
                "EntityAlreadyExists",
                "Role with name X already exists.",
                409,
                Kind::Exists,
            ),
            (
                "TooManyRequestsException",
                "Rate exceeded",
                429,
                Kind::TryLater,
            ),
            (
                "LimitExceededException",
                "Maximum number of resources",
                429,
                Kind::Other,
            ),
            ("InternalErrorException", "", 500, Kind::Lost),
            ("", "", 503, Kind::Lost),
            ("AccessDeniedException", "not authorized", 403, Kind::Other),
        ];
        for (code, message, status, kind) in cases {
            assert_eq!(
                classify(code, message, Some(status)),
                kind,
                "{code}: {message}"
            );
        }
    }
}
