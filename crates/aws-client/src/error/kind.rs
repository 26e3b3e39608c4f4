//! Classification of AWS errors.

use aws_smithy_runtime_api::client::interceptors::context::Error;
use aws_smithy_runtime_api::client::orchestrator::{HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::result::ConnectorError;

use common::settings::ca_bundle::is_untrusted;

use super::body::ErrorBody;
use super::causes::chain;

/// What an AWS error means to the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The resource does not exist: for `delete`, that is success.
    NotFound,
    /// A resource of that name already exists, ours or not.
    Exists,
    /// AWS refused the call for now, without effect: throttled, or another
    /// change is in progress. Callers see it after half an hour of retries.
    TryLater,
    /// Something the call depends on is not consistent yet: poll.
    NotYet,
    /// Something just deleted, or something foreign, still uses the resource.
    InUse,
    /// No response, or a server error: the call may have taken effect or not.
    Lost,
    /// The call took effect, but its response lacks the id of what it made.
    Incomplete,
    /// No connection could be made: the call had no effect.
    Unreachable,
    /// The server's certificate is not trusted: the call was not sent.
    Untrusted,
    /// Never sent, because a signal asked the program to stop.
    Stopped,
    /// Anything else: invalid, forbidden, over quota. Retrying does not help.
    Other,
}

/// Classifies a failed attempt, before the SDK has given the error its type.
pub(crate) fn of_try(error: &OrchestratorError<Error>, response: Option<&HttpResponse>) -> Kind {
    match (response, error.as_connector_error()) {
        (Some(response), _) if error.is_operation_error() => {
            let ErrorBody { code, message } = ErrorBody::of(response);
            of_refusal(&code, &message, Some(response.status().as_u16()))
        }
        (_, Some(error)) => of_connection(error),
        _ if error.is_timeout_error() || error.is_response_error() => Kind::Lost,
        // Blocked after a signal, or not sent for another reason of ours.
        _ => Kind::Other,
    }
}

/// Classifies a connection error. Without a connection, the call cannot have
/// had an effect.
pub(super) fn of_connection(error: &ConnectorError) -> Kind {
    let text = chain(error).to_lowercase();
    if is_untrusted(&text) {
        Kind::Untrusted
    } else if text.contains("connection refused") || text.contains("dns error") {
        Kind::Unreachable
    } else if error.is_user() {
        Kind::Other
    } else {
        Kind::Lost
    }
}

/// Classifies an error response. IAM's codes do not end in "Exception", and
/// several services use one code for different errors, so the message counts.
pub(super) fn of_refusal(code: &str, message: &str, status: Option<u16>) -> Kind {
    let says = |text: &str| message.to_lowercase().contains(text);
    match code {
        "LimitExceededException" | "LimitExceeded" => Kind::Other,
        "ConflictException" if says("try again later") => Kind::TryLater,
        "ResourceConflictException"
            if says("cannot be performed at this time")
                || says("in progress")
                || says("concurrent update operation") =>
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
        "BadRequestException" if says("remove all api mappings") => Kind::InUse,
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
        | "ThrottledException"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "RequestLimitExceeded"
        | "SlowDown"
        | "ConcurrentModificationException"
        | "ConcurrentModification"
        | "EntityTemporarilyUnmodifiable"
        | "OperationAbortedException" => Kind::TryLater,
        "RequestTimeout" | "RequestTimeoutException" => Kind::Lost,
        _ if status == Some(429) => Kind::TryLater,
        // Not implemented, as an emulator says: it will not be later either.
        _ if status == Some(501) => Kind::Other,
        _ if status.is_some_and(|status| status >= 500) => Kind::Lost,
        _ => Kind::Other,
    }
}

/// Whether AWS refused a call because another change is in progress, not
/// because there are too many calls.
pub(crate) fn is_busy(response: &HttpResponse) -> bool {
    let code = ErrorBody::of(response).code;
    ["Conflict", "Concurrent", "Aborted", "Unmodifiable"]
        .iter()
        .any(|word| code.contains(word))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_that_is_not_trusted_is_no_lost_answer() {
        let said = "io error: invalid peer certificate: UnknownIssuer";
        let error = ConnectorError::io(said.into());
        assert_eq!(of_connection(&error), Kind::Untrusted);
        let error = ConnectorError::io("connection reset".into());
        assert_eq!(of_connection(&error), Kind::Lost);
    }

    #[test]
    fn refusals_are_told_apart_by_code_and_message() {
        #[rustfmt::skip] // a line for each
        let cases = [
            ("ConflictException", "Unable to complete operation due to concurrent modification. Please try again later.", 409, Kind::TryLater),
            ("ConflictException", "Stage already exists", 409, Kind::Exists),
            ("ResourceConflictException", "Function already exist: EchoFunction", 409, Kind::Exists),
            ("ResourceConflictException", "The operation cannot be performed at this time. The function is currently in the following state: Pending", 409, Kind::TryLater),
            ("ResourceConflictException", "The function could not be updated due to a concurrent update operation.", 409, Kind::TryLater),
            ("ResourceConflictException", "The statement id (api) provided already exists. Please provide a new statement id, or remove the existing statement.", 409, Kind::Exists),
            ("InvalidParameterValueException", "The role defined for the function cannot be assumed by Lambda.", 400, Kind::NotYet),
            ("InvalidParameterValueException", "Unzipped size must be smaller", 400, Kind::Other),
            ("BadRequestException", "Caught exception when connecting to https://x for issuer. Please try again later. Error: Issuer must have a valid discovery endpoint ended with '/.well-known/openid-configuration'", 400, Kind::NotYet),
            ("InvalidParameterException", "No such domain or user pool exists.", 400, Kind::NotFound),
            ("InvalidParameterException", "Domain already associated with another user pool.", 400, Kind::Exists),
            ("InvalidParameterException", "User pool cannot be deleted. It has a domain configured.", 400, Kind::InUse),
            ("BadRequestException", "Deleting API aoe1ba4ed6 failed. Please remove all API mappings for the API from your custom domain names.", 400, Kind::InUse),
            ("NoSuchEntity", "The role cannot be found.", 404, Kind::NotFound),
            ("EntityAlreadyExists", "Role with name X already exists.", 409, Kind::Exists),
            ("TooManyRequestsException", "Rate exceeded", 429, Kind::TryLater),
            ("LimitExceededException", "Maximum number of resources", 429, Kind::Other),
            ("InternalErrorException", "", 500, Kind::Lost),
            ("", "", 503, Kind::Lost),
            ("NotImplemented", "", 501, Kind::Other),
            ("AccessDeniedException", "not authorized", 403, Kind::Other),
        ];
        for (code, message, status, kind) in cases {
            assert_eq!(
                of_refusal(code, message, Some(status)),
                kind,
                "{code}: {message}"
            );
        }
    }
}
