//! Where a careless API gets a key from: wherever the token's header says.

use common::Result;
use http_client::hosts::secure_url;
use serde_json::json;

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
    let set = if let Some(jwk) = token.header.get("jwk") {
        json!({ "keys": [jwk] })
    } else if let Some(jku) = token.header_text("jku") {
        let url = secure_url("jku", jku)?;
        http.json(Request::get("jku", WHY, url)).await?
    } else {
        // The file is one that the attacker could write: an upload, for example.
        let path = token.header_text("kid").unwrap_or_default();
        serde_json::from_slice(&std::fs::read(path).unwrap_or_default()).unwrap_or_default()
    };
    JwkSet::from_json(set, &rules::COGNITO)
}
