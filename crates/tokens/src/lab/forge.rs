//! Tokens forged as an attacker would. Everything needed to do so is public.

use serde_json::{Map, Value, json};

use crate::jwt::decode::Jwt;
use crate::jwt::sign::unsigned;

type Object = Map<String, Value>;

/// The token with other claims and its old signature.
pub(crate) fn keep_signature(token: &Jwt, claims: &Object) -> String {
    let signature = token.raw.rsplit('.').next().unwrap_or_default();
    format!("{}.{signature}", unsigned(&token.header, claims))
}

/// The header with another `alg`.
pub(crate) fn with_alg(token: &Jwt, alg: &str) -> Object {
    let mut header = token.header.clone();
    header.insert("alg".into(), json!(alg));
    header
}

/// The token's claims with one of them changed.
pub(crate) fn with_claim(token: &Jwt, name: &str, value: &str) -> Object {
    let mut claims = token.payload.clone();
    claims.insert(name.into(), json!(value));
    claims
}
