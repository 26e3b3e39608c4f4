//! The first minute on AWS: a new sign-in host responds with an error, a new
//! stage with 404.

use std::collections::HashMap;
use std::sync::Mutex;
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;

/// When the API and the sign-in host were first requested, by error status.
#[derive(Debug, Default)]
pub(super) struct FirstRequests(Mutex<HashMap<StatusCode, Instant>>);

impl FirstRequests {
    /// The error response to a request, until `time` after the first one.
    pub(super) fn not_ready(&self, request: &Parts, time: Duration) -> Option<Response> {
        let (status, body) = if is_for_api(request) {
            (StatusCode::NOT_FOUND, r#"{"message":"Not Found"}"#)
        } else if request.uri.path().contains("/.well-known/") {
            (StatusCode::SERVICE_UNAVAILABLE, "")
        } else {
            return None;
        };
        let mut first = self.0.lock().expect("no panic here");
        if first.entry(status).or_insert_with(Instant::now).elapsed() > time {
            return None;
        }
        let response = Response::builder()
            .status(status)
            .header("content-type", "application/json");
        Some(response.body(Body::from(body)).expect("a response"))
    }

    /// Forgets the first requests.
    pub(super) fn clear(&self) {
        self.0.lock().expect("no panic here").clear();
    }
}

/// Whether the request is for a deployed API, not a call to AWS.
pub(super) fn is_for_api(request: &Parts) -> bool {
    let host = request
        .headers
        .get(HOST)
        .and_then(|host| host.to_str().ok());
    host.is_some_and(|host| host.contains(".execute-api."))
}

/// Puts the cloud's port into the `Host` of a request for an API.
pub(super) fn set_cloud_port(request: &mut Parts, here: &str, cloud: &str) {
    if is_for_api(request) {
        let host = request.headers[HOST]
            .to_str()
            .expect("text")
            .replace(port(here), port(cloud));
        request.headers.insert(HOST, host.parse().expect("a host"));
    }
}

/// Has the API's address in a response lead to the proxy, not past it.
pub(super) fn point_api_to_proxy(
    operation: &str,
    answer: axum::http::Response<Bytes>,
    here: &str,
    cloud: &str,
) -> axum::http::Response<Bytes> {
    if !matches!(operation, "CreateApi" | "GetApi") {
        return answer;
    }
    answer.map(|body| {
        let body = String::from_utf8_lossy(&body);
        let (from, to) = (port(cloud), port(here));
        body.replace(&format!(".localhost{from}"), &format!(".localhost{to}"))
            .into()
    })
}

/// The port with its colon: `:4566` of `http://127.0.0.1:4566`.
fn port(url: &str) -> &str {
    url.rfind(':').map_or("", |at| &url[at..])
}
