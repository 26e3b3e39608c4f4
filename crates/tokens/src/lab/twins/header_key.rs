//! Where a careless API gets a key from: wherever the token's header says.

use common::Result;
use http_client::hosts::secure_url;
use serde_json::{Value, json};

use crate::http::client::Http;
use crate::http::request::Request;
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;
use crate::jwt::rules;

/// The keys that the header brings (`jwk`), leads to (`jku`), or names as a file
/// (`kid`). Each is the attacker's.
///
/// # Errors
/// If the header has none of them, or there is no JWK Set.
pub(super) async fn find(http: &Http, token: &Jwt) -> Result<JwkSet> {
    const WHY: &str = "What a careless API fetches because a token tells it to.";
    let header = |name| token.header.get(name).and_then(Value::as_str);
    if let Some(jwk) = token.header.get("jwk") {
        return JwkSet::from_json(json!({ "keys": [jwk] }), &rules::COGNITO);
    }
    if let Some(jku) = header("jku") {
        let url = secure_url("jku", jku)?;
        return JwkSet::from_json(
            http.json(Request::get("jku", WHY, url)).await?,
            &rules::COGNITO,
        );
    }
    // The file is one that the attacker could write: an upload, for example.
    let text = std::fs::read(header("kid").unwrap_or_default()).unwrap_or_default();
    JwkSet::from_json(
        serde_json::from_slice(&text).unwrap_or_default(),
        &rules::COGNITO,
    )
}
