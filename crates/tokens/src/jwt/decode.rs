//! A JSON Web Token, decoded but not verified: RFC 7519, RFC 7515.

use serde_json::{Map, Value};

use crate::crypto;

/// The end of the year 9999.
const LAST_SECOND: f64 = 253_402_300_799.0;

/// Header and payload of a token, not verified. It has no `Debug`: the whole
/// token is a credential.
#[derive(Clone)]
pub(crate) struct Jwt {
    /// As received: header, payload and signature, separated by dots.
    pub raw: String,
    /// `alg`, `kid` and more.
    pub header: Map<String, Value>,
    /// The claims.
    pub payload: Map<String, Value>,
}

impl Jwt {
    /// Decodes a token: three parts, the first two JSON objects in base64url.
    pub(crate) fn decode_unverified(raw: &str) -> Option<Jwt> {
        let parts: Vec<&str> = raw.split('.').collect();
        let [header, payload, _signature] = parts[..] else {
            return None;
        };
        Some(Jwt {
            raw: raw.to_owned(),
            header: object(header)?,
            payload: object(payload)?,
        })
    }

    /// A parameter of the header, if it is a string.
    pub(crate) fn header_text(&self, name: &str) -> Option<&str> {
        self.header.get(name).and_then(Value::as_str)
    }

    /// A claim, if it is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.payload.get(name).and_then(Value::as_str)
    }

    /// A claim, if it is a time: seconds since 1970 (NumericDate), perhaps with
    /// a fraction. A number that no clock shows is none.
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let seconds = self.payload.get(name)?.as_f64()?;
        (seconds.abs() <= LAST_SECOND).then_some(seconds as i64)
    }

    /// The scopes of the `scope` claim.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        self.text("scope")
            .unwrap_or_default()
            .split_whitespace()
            .collect()
    }
}

/// A value as a person reads it: a text as it is, anything else as JSON, and
/// numbers with every digit that was sent.
pub(crate) fn plain_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&crypto::from_base64url(part)?).ok()
}
