//! What came back for a request.

use api_core::{Failure, Result};
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Version};
use serde::de::DeserializeOwned;

/// What came back, read to its end. It has no `Debug`: the body may hold tokens.
#[derive(Clone)]
pub(crate) struct Response {
    pub version: Version,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value, if it is there and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON, if it is that.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The JSON of a 200, which `to` at `url` has sent.
    ///
    /// # Errors
    /// For any other status, and for other bodies.
    pub(crate) fn json_of<T: DeserializeOwned>(&self, to: &str, url: &str) -> Result<T> {
        if self.status != StatusCode::OK {
            return Err(Failure::failed(format!(
                "The {to} {url} answered {}",
                self.status
            )));
        }
        self.json().ok_or_else(|| {
            Failure::failed(format!(
                "The {to} {url} did not answer with the JSON it should have"
            ))
        })
    }
}
