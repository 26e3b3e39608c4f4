//! Ways to break a call, and AWS's own refusals.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use futures_util::StreamExt;

/// How the proxy breaks a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program is killed before the call takes effect.
    KillBefore,
    /// The program is killed when the call has taken effect.
    KillAfter,
    /// The program is killed when the call arrives; so long after that, the
    /// call takes effect.
    KillThenEffect(Duration),
    /// The connection ends without an answer when the call arrives; so long
    /// after that, the call takes effect.
    DropThenEffect(Duration),
    /// The call takes effect, and the connection ends without an answer.
    DropAnswer,
    /// The call takes effect, and the answer is a server error.
    FailAfter,
    /// The call takes effect, and the answer's body ends half-way.
    CutBody,
    /// No effect and no answer, until the program gives up.
    Hang,
    /// No effect, and a status of 403, 429, 500 or 503.
    Refuse(u16),
    /// No effect, too many calls of this kind, and `Retry-After` in seconds.
    RetryAfter(u16),
    /// No effect, and AWS's conflict "try again later".
    TryAgainLater,
}

/// Every fault that is not a kill.
pub const FAULTS: [Fault; 8] = [
    Fault::DropAnswer,
    Fault::FailAfter,
    Fault::CutBody,
    Fault::Hang,
    Fault::Refuse(429),
    Fault::Refuse(500),
    Fault::Refuse(503),
    Fault::TryAgainLater,
];

/// A refusal with AWS's code for the status.
pub fn refusal(status: u16, request: &Parts) -> Response<Body> {
    let (code, message) = match status {
        403 => (
            "ExpiredToken",
            "The security token included in the request is expired",
        ),
        429 => ("TooManyRequestsException", "Rate exceeded"),
        503 => ("ServiceUnavailable", "The service is unavailable."),
        _ => (
            "InternalFailure",
            "The request failed because of an internal error.",
        ),
    };
    answer(status, code, message, request)
}

/// AWS serialises changes of one resource.
pub fn try_again_later(request: &Parts) -> Response<Body> {
    let message =
        "Unable to complete operation due to concurrent modification. Please try again later.";
    let code = if is_query(request) {
        "ConcurrentModification"
    } else {
        "ConflictException"
    };
    answer(409, code, message, request)
}

/// What AWS answers where a quota of calls is used up.
pub fn throttled(request: &Parts) -> Response<Body> {
    match is_query(request) {
        true => answer(400, "Throttling", "Rate exceeded", request),
        false => refusal(429, request),
    }
}

/// The same, and when to come again.
pub fn retry_after(seconds: u16, request: &Parts) -> Response<Body> {
    let mut response = throttled(request);
    let headers = response.headers_mut();
    headers.insert("retry-after", seconds.into());
    response
}

/// What GetRole and GetFunction answer where there is nothing.
pub fn not_found(operation: &str, request: &Parts) -> Response<Body> {
    let (code, message) = match operation {
        "GetRole" => ("NoSuchEntity", "The role cannot be found."),
        _ => ("ResourceNotFoundException", "Function not found"),
    };
    answer(404, code, message, request)
}

/// What CreateFunction answers while a role is new.
pub fn cannot_be_assumed() -> Response<Body> {
    let message = "The role defined for the function cannot be assumed by Lambda.";
    json_answer(400, "InvalidParameterValueException", message)
}

/// An answer whose body ends half-way.
pub fn cut(body: Bytes) -> Response<Body> {
    let length = body.len().max(2);
    let half = futures_util::stream::once(async move { Ok(body.slice(..body.len() / 2)) });
    let end = futures_util::stream::once(async {
        // So that the first half is on its way before the connection ends.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::builder()
        .header("content-length", length)
        .body(Body::from_stream(half.chain(end)))
        .expect("a response")
}

/// IAM and STS speak the query protocol, with XML in their answers.
fn is_query(request: &Parts) -> bool {
    let kind = request.headers.get("content-type");
    kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

fn answer(status: u16, code: &str, message: &str, request: &Parts) -> Response<Body> {
    if !is_query(request) {
        return json_answer(status, code, message);
    }
    let xml = format!(
        "<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>{message}</Message></Error><RequestId>0</RequestId></ErrorResponse>"
    );
    respond(status, code, "text/xml", xml)
}

fn json_answer(status: u16, code: &str, message: &str) -> Response<Body> {
    let json = serde_json::json!({ "__type": code, "message": message }).to_string();
    respond(status, code, "application/json", json)
}

fn respond(status: u16, code: &str, kind: &str, body: String) -> Response<Body> {
    Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header("x-amzn-errortype", code)
        .header("content-type", kind)
        .body(Body::from(body))
        .expect("a response")
}
