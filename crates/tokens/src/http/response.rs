//! The response to a request.

use common::{Failure, Result};
use reqwest::header::{HeaderMap, WWW_AUTHENTICATE};
use reqwest::{StatusCode, Version};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use url::form_urlencoded;

/// A completely read response. It has no `Debug`: the body may contain tokens.
#[derive(Clone)]
pub(crate) struct Response {
    pub version: Version,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

impl Response {
    /// An answer as a test needs it, with this `WWW-Authenticate`.
    #[cfg(test)]
    pub(crate) fn of_tests(status: u16, challenge: Option<&str>, body: &str) -> Response {
        let header = challenge.map(|text| (WWW_AUTHENTICATE, text.parse().expect("text")));
        Response {
            version: Version::HTTP_11,
            status: StatusCode::from_u16(status).expect("a status"),
            headers: header.into_iter().collect(),
            body: body.into(),
        }
    }

    /// A header's value, if it is present and is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// What each header `WWW-Authenticate` says.
    pub(crate) fn challenges(&self) -> impl Iterator<Item = &str> {
        let headers = self.headers.get_all(WWW_AUTHENTICATE).iter();
        headers.filter_map(|value| value.to_str().ok())
    }

    /// The body as text.
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body parsed as JSON, if possible. A byte order mark before it is
    /// ignored, as RFC 8259 section 8.1 allows.
    pub(crate) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        let body = self.body.strip_prefix(b"\xef\xbb\xbf");
        serde_json::from_slice(body.unwrap_or(&self.body)).ok()
    }

    /// The names of what came: members of a JSON object, or the parameters of
    /// the address that a redirect leads to. Names are no secret.
    pub(crate) fn names(&self) -> Vec<String> {
        if let Some(query) = self.header("location").and_then(|to| to.split_once('?')) {
            let pairs = form_urlencoded::parse(query.1.as_bytes());
            return pairs.map(|(name, _)| name.into_owned()).collect();
        }
        let object: Option<Map<String, Value>> = self.json();
        object.unwrap_or_default().keys().cloned().collect()
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
