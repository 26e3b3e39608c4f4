//! Faults to inject into a call, and AWS's own error responses.

use std::time::Duration;

use axum::body::Body;
use axum::http::request::Parts;
use axum::http::{Response, StatusCode};
use bytes::Bytes;
use futures_util::StreamExt;

/// A fault that the proxy injects into a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The program is killed before the call takes effect.
    KillBefore,
    /// The program is killed after the call has taken effect.
    KillAfter,
    /// The program is killed when the proxy has the request; the call takes
    /// effect that much later.
    KillThenEffect(Duration),
    /// The connection closes without a response when the proxy has the request;
    /// the call takes effect that much later.
    DropThenEffect(Duration),
    /// The call takes effect, but the connection closes without a response.
    DropAnswer,
    /// The call takes effect, but the response is a server error.
    FailAfter,
    /// The call takes effect, but the response body is truncated.
    CutBody,
    /// The call takes effect, but the response lacks this field: a key in JSON
    /// at any depth, or an element in XML.
    Without(&'static str),
    /// No effect and no response; the program has to time out.
    Hang,
    /// No effect, and a status of 403, 429, 500 or 503.
    Refuse(u16),
    /// No effect; throttled, with `Retry-After` in seconds.
    RetryAfter(u16),
    /// No effect, and AWS's conflict error "try again later".
    TryAgainLater,
    /// No effect, and this error: status, code and message.
    Error(u16, &'static str, &'static str),
}

impl Fault {
    /// The second kind of Lambda's 409, of which the first says that a name is taken.
    pub const CONCURRENT_UPDATE: Fault = Fault::Error(
        409,
        "ResourceConflictException",
        "The function could not be updated due to a concurrent update operation.",
    );
}

/// The faults for sweeps over all calls: none of them kills the program.
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

/// An error response with AWS's error code for the status.
pub(crate) fn refusal(status: u16, request: &Parts) -> Response<Body> {
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

/// AWS's error for a prefix that is used in another account.
pub(crate) fn domain_is_taken(request: &Parts) -> Response<Body> {
    answer(
        400,
        "InvalidParameterException",
        "Domain already associated with another user pool.",
        request,
    )
}

/// The response without a field, wherever it is.
pub fn without(field: &str, response: Response<Bytes>) -> Response<Body> {
    let (parts, body) = response.into_parts();
    let changed = match serde_json::from_slice(&body) {
        Ok(mut json) => {
            remove_key(field, &mut json);
            json.to_string()
        }
        Err(_) => remove_element(field, &String::from_utf8_lossy(&body)),
    };
    Response::from_parts(parts, Body::from(changed))
}

/// A change of the JSON of a response.
pub type JsonChange = fn(&mut serde_json::Value);

/// The response with changed JSON.
pub(crate) fn changed(response: Response<Bytes>, change: JsonChange) -> Response<Bytes> {
    let (parts, body) = response.into_parts();
    let mut json = serde_json::from_slice(&body).expect("JSON");
    change(&mut json);
    Response::from_parts(parts, json.to_string().into())
}

fn remove_key(key: &str, json: &mut serde_json::Value) {
    if let Some(object) = json.as_object_mut() {
        object.remove(key);
        object.values_mut().for_each(|value| remove_key(key, value));
    }
}

fn remove_element(name: &str, xml: &str) -> String {
    let (start, end) = (format!("<{name}>"), format!("</{name}>"));
    let (before, rest) = xml.split_once(&start).expect("the element");
    let (_, after) = rest.split_once(&end).expect("its end");
    format!("{before}{after}")
}

/// AWS's conflict error: it refuses concurrent changes of one resource.
pub(crate) fn try_again_later(request: &Parts) -> Response<Body> {
    let message =
        "Unable to complete operation due to concurrent modification. Please try again later.";
    let code = if is_query(request) {
        "ConcurrentModification"
    } else {
        "ConflictException"
    };
    answer(409, code, message, request)
}

/// AWS's response when a quota of calls is used up.
pub(crate) fn throttled(request: &Parts) -> Response<Body> {
    if is_query(request) {
        answer(400, "Throttling", "Rate exceeded", request)
    } else {
        refusal(429, request)
    }
}

/// Like [`throttled`], with a `Retry-After` header.
pub(crate) fn retry_after(seconds: u16, request: &Parts) -> Response<Body> {
    let mut response = throttled(request);
    let headers = response.headers_mut();
    headers.insert("retry-after", seconds.into());
    response
}

/// The response of GetRole and GetFunction for a missing resource.
pub(crate) fn not_found(operation: &str, request: &Parts) -> Response<Body> {
    let (code, message) = match operation {
        "GetRole" => ("NoSuchEntity", "The role cannot be found."),
        _ => ("ResourceNotFoundException", "Function not found"),
    };
    answer(404, code, message, request)
}

/// The response of CreateFunction while the role is too new.
pub(crate) fn cannot_be_assumed() -> Response<Body> {
    let message = "The role defined for the function cannot be assumed by Lambda.";
    json_answer(400, "InvalidParameterValueException", message)
}

/// A response whose body is cut off half-way.
pub(crate) fn cut(body: Bytes) -> Response<Body> {
    let length = body.len().max(2);
    let half = futures_util::stream::once(async move { Ok(body.slice(..body.len() / 2)) });
    let end = futures_util::stream::once(async {
        // Lets the first half be sent before the connection closes.
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        Err(std::io::Error::from(std::io::ErrorKind::ConnectionReset))
    });
    Response::builder()
        .header("content-length", length)
        .body(Body::from_stream(half.chain(end)))
        .expect("a response")
}

/// Whether it uses the query protocol of IAM and STS, with XML responses.
fn is_query(request: &Parts) -> bool {
    let kind = request.headers.get("content-type");
    kind.is_some_and(|kind| {
        kind.as_bytes()
            .starts_with(b"application/x-www-form-urlencoded")
    })
}

pub(crate) fn answer(status: u16, code: &str, message: &str, request: &Parts) -> Response<Body> {
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
