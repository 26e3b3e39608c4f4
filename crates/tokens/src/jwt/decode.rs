//! A JSON Web Token, decoded but not verified: RFC 7519, RFC 7515.

use serde_json::{Map, Value};

use crate::crypto;

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

    /// A claim, if it is a string.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.payload.get(name).and_then(Value::as_str)
    }

    /// A claim, if it is a time: seconds since 1970 (NumericDate).
    pub(crate) fn time(&self, name: &str) -> Option<i64> {
        let value = self.payload.get(name)?;
        value
            .as_i64()
            .or_else(|| value.as_f64().map(|seconds| seconds as i64))
    }

    /// The scopes of the `scope` claim.
    pub(crate) fn scopes(&self) -> Vec<&str> {
        self.text("scope")
            .unwrap_or_default()
            .split_whitespace()
            .collect()
    }
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&crypto::from_base64url(part)?).ok()
}
