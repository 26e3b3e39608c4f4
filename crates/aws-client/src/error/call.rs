//! A failed AWS call.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::causes::{causes, chain};
use super::kind::{self, Kind};
use crate::interceptors::Stopped;

/// A failed AWS call.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{operation}: {}{message}", prefix(code))]
pub struct CallError {
    pub(super) operation: &'static str,
    pub(super) code: String,
    pub(super) message: String,
    pub(super) kind: Kind,
}

/// AWS's code, if it gave one, as a part of the message.
fn prefix(code: &str) -> String {
    if code.is_empty() {
        String::new()
    } else {
        format!("{code}: ")
    }
}

impl CallError {
    /// The response of a successful call has no `field`, AWS's name of an id.
    pub fn incomplete(operation: &'static str, field: &str) -> CallError {
        CallError {
            operation,
            code: String::new(),
            message: format!("the answer has no {field}"),
            kind: Kind::Incomplete,
        }
    }

    /// What the error means to the caller.
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// Whether the resource does not exist.
    pub fn is_not_found(&self) -> bool {
        self.kind == Kind::NotFound
    }

    /// Whether this cloud does not know the operation at all.
    pub fn is_unknown_operation(&self) -> bool {
        UNKNOWN_OPERATION.contains(&self.code.as_str())
    }

    /// Whether these credentials may not make the call.
    pub fn is_denied(&self) -> bool {
        DENIED.contains(&self.code.as_str())
    }
}

/// What emulators answer to a call that they do not know.
const UNKNOWN_OPERATION: [&str; 6] = [
    "HTTP status 501",
    "InvalidAction",
    "NotImplemented",
    "NotImplementedException",
    "UnknownOperation",
    "UnknownOperationException",
];

/// AWS's codes for a call that the credentials may not make.
const DENIED: [&str; 3] = [
    "AccessDenied",
    "AccessDeniedException",
    "NotAuthorizedException",
];

/// Turns the error that the resource does not exist into `Ok(None)`.
///
/// # Errors
/// Any other error.
pub fn optional<T>(result: Result<T, CallError>) -> Result<Option<T>, CallError> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

/// The id in the response of a call that made something: without it, what was
/// made could be neither used nor deleted.
///
/// # Errors
/// If it is missing or empty; `field` is AWS's name for it.
pub fn required(
    operation: &'static str,
    field: &str,
    id: Option<String>,
) -> Result<String, CallError> {
    id.filter(|id| !id.is_empty())
        .ok_or_else(|| CallError::incomplete(operation, field))
}

/// The result of an AWS call.
pub type CallResult<T = ()> = Result<T, CallError>;

/// Adds the name of the operation to an SDK result.
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
    let response = error.raw_response();
    let status = response.map(|response| response.status().as_u16());
    let (code, message) = (error.code(), error.message());
    let kind = match error {
        _ if caused_by_stop(error) => Kind::Stopped,
        SdkError::ServiceError(_) => {
            kind::of_refusal(code.unwrap_or(""), message.unwrap_or(""), status)
        }
        SdkError::ConstructionFailure(_) => Kind::Other,
        SdkError::DispatchFailure(failure) => failure
            .as_connector_error()
            .map_or(Kind::Lost, kind::of_connection),
        _ => Kind::Lost,
    };
    CallError {
        operation,
        code: code.map_or_else(|| transport_code(error, kind, status), str::to_owned),
        message: message.map_or_else(|| chain(error), str::to_owned),
        kind,
    }
}

/// A code for an error for which AWS itself gave none.
fn transport_code<E>(error: &SdkError<E, HttpResponse>, kind: Kind, status: Option<u16>) -> String {
    match error {
        _ if kind == Kind::Unreachable => "no connection".into(),
        _ if kind == Kind::Untrusted => "certificate not trusted".into(),
        SdkError::TimeoutError(_) => "no answer in time".into(),
        SdkError::DispatchFailure(failure) if failure.is_timeout() => "no answer in time".into(),
        SdkError::DispatchFailure(_) if kind == Kind::Other => "not sent".into(),
        SdkError::DispatchFailure(_) => "connection lost".into(),
        SdkError::ResponseError(_) => "unreadable answer".into(),
        _ => status.map_or("failed".into(), |status| format!("HTTP status {status}")),
    }
}

fn caused_by_stop<E: std::error::Error + 'static>(error: &SdkError<E, HttpResponse>) -> bool {
    causes(error).any(|cause| cause.is::<Stopped>())
}
