//! The response to a request.

use common::{Failure, Result};
use reqwest::header::HeaderMap;
use reqwest::{StatusCode, Version};
use serde::de::DeserializeOwned;

/// A completely read response. It has no `Debug`: the body may contain tokens.
#[derive(Clone)]
pub(crate) struct Response {
    pub version: Version,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// A header's value, if it is present and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body parsed as JSON, if possible.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The JSON body of a 200 response; errors name `to` and `url` as sender.
    ///
    /// # Errors
    /// For any other status or body.
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
