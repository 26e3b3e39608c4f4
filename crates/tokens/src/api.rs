//! The API call, and how it looks on the wire.

use std::time::Duration;

use common::{Console, Failure, Result};
use http_client::hosts::secure_url;
use reqwest::{Method, StatusCode, Version};
use serde_json::{Map, Value, json};
use url::{Position, Url};

use crate::http::client::{Http, USER_AGENT};
use crate::http::readiness;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::jwt::decode::Jwt;
use crate::jwt::proof_key::ProofKey;
use crate::oauth::dpop;
use crate::refusal;
use crate::route::ApiRoute;
use crate::transcript::field::Without;
use crate::transcript::step::Channel;

const WHY: &str = "The access token opens the route: the gateway checks it before the function runs (RFC 6750 section 2.1).";
const ANY_API: &str = "How the API checks the token is up to the API: a JWT by the issuer's public keys, any other token by asking the issuer (RFC 7662).";
const TRUST: &str =
    "The API does not ask Cognito about you: it trusts the signature on the access token.";

/// What an attacker could do if the gateway did not check the signature.
pub(crate) const FORGED: Without = Without {
    text: "anybody could write a token and be let in.",
    lab: &["changed-payload", "alg-none", "other-key"],
};

/// A request to the API and its response, unaltered.
#[derive(Clone)]
pub(crate) struct ApiCall {
    method: Method,
    url: Url,
    headers: Vec<(&'static str, String)>,
    pub response: Response,
    /// Why the API trusts a token or not, in sentences.
    pub trust: Vec<String>,
    /// Whether `create` made the API.
    pub of_stack: bool,
    /// If the API refused: why, in sentences.
    pub refusal: Vec<String>,
}

/// Calls the API, with or without a token; with a proof of `key`, if the token is
/// bound to one. A new API gets up to `startup_limit` to answer.
///
/// # Errors
/// If there is no response. A refusal is a response.
pub(crate) async fn call(
    http: &Http,
    route: &ApiRoute,
    startup_limit: Option<Duration>,
    console: &Console,
    token: Option<&str>,
    key: Option<&ProofKey>,
) -> Result<ApiCall> {
    let url = secure_url("api_url", &route.url)?;
    let method: Method = route.method.parse().map_err(|_| {
        let method = &route.method;
        Failure::usage(format!(
            "api_route_method '{method}' in state.json is not an HTTP method"
        ))
    })?;
    let mut request = Request::get("API", WHY, url.clone()).on(Channel::Api);
    request.method = method.clone();
    if let Some(limit) = startup_limit {
        // A new stage responds with 404 until it is deployed. To find out, no
        // token is needed: 401 shows that the gateway is there.
        let is_too_new = |response: &Response| response.status == StatusCode::NOT_FOUND;
        readiness::wait(http, console, limit, &request, is_too_new).await;
    }
    if [Method::POST, Method::PUT, Method::PATCH].contains(&method) {
        // There is no body (RFC 9110 section 8.6).
        request.headers.push(("Content-Length", "0".to_owned()));
    }
    let mut trusted = Vec::new();
    let (sent, response) = match token {
        Some(token) => {
            trusted = trust(route, token);
            let mut told = [&[WHY.to_owned()], &trusted[..]].concat();
            if route.of_stack {
                told.extend(FORGED.lines());
            }
            request.why = told.join("\n").into();
            dpop::present(http, key, request, token).await?
        }
        None => (request.clone(), http.send(request).await?),
    };
    let host = &url[Position::BeforeHost..Position::AfterPort];
    let mut headers = vec![
        ("Host", host.to_owned()),
        ("User-Agent", USER_AGENT.to_owned()),
        ("Accept", "*/*".to_owned()),
    ];
    headers.extend(sent.headers);
    let mut refusal = refusal::explain(&response, route, token);
    refusal.extend(key.and_then(|_| refusal::no_dpop(&response)));
    Ok(ApiCall {
        method,
        url,
        headers,
        trust: trusted,
        of_stack: route.of_stack,
        refusal,
        response,
    })
}

/// Why the API trusts this token or not, in sentences, as far as that is known.
fn trust(route: &ApiRoute, token: &str) -> Vec<String> {
    if !route.of_stack {
        return vec![ANY_API.to_owned()];
    }
    let token = Jwt::decode_unverified(token);
    let granted = token.as_ref().map(Jwt::scopes).unwrap_or_default();
    let has = if granted.is_empty() {
        "none".to_owned()
    } else {
        granted.join(", ")
    };
    let wanted = match &route.scopes[..] {
        [] => "no scope".to_owned(),
        scopes => format!("one of the scopes {}", scopes.join(", ")),
    };
    vec![
        TRUST.to_owned(),
        format!(
            "Its gateway checks the token with the issuer's public keys, from the same jwks_uri: signature, issuer, expiry, and that it was issued to the right client_id. Then it asks for {wanted}; this token has {has}."
        ),
    ]
}

impl ApiCall {
    /// Like [`curl_style`](ApiCall::curl_style), without token and proof: for a page.
    pub(crate) fn curl_style_without_token(&self) -> String {
        let mut shown = self.clone();
        for (name, value) in &mut shown.headers {
            match (*name, value.split(' ').next()) {
                ("Authorization", Some(scheme)) => {
                    *value = format!("{scheme} (the access token above)");
                }
                ("DPoP", _) => "(the proof above)".clone_into(value),
                _ => {}
            }
        }
        shown.curl_style()
    }

    /// Request and response in the style of `curl -v`.
    pub(crate) fn curl_style(&self) -> String {
        let target = &self.url[Position::BeforePath..];
        let mut lines = vec![format!("> {} {target} HTTP/1.1", self.method)];
        let sent = self.headers.iter();
        lines.extend(sent.map(|(name, value)| format!("> {name}: {value}")));
        lines.push(">".into());
        let status = self.response.status;
        let reason = status.canonical_reason().unwrap_or_default();
        let first = format!(
            "< {} {} {reason}",
            version(self.response.version),
            status.as_u16()
        );
        lines.push(first.trim_end().to_owned());
        let received = self.response_headers();
        lines.extend(received.map(|(name, value)| format!("< {name}: {value}")));
        lines.push("<".into());
        lines.push(self.response.text());
        lines.join("\n")
    }

    /// The request as JSON, for `--json`.
    pub(crate) fn request_json(&self) -> Value {
        let headers: Map<String, Value> = self
            .headers
            .iter()
            .map(|(name, value)| (name.to_lowercase(), json!(value)))
            .collect();
        json!({ "method": self.method.as_str(), "url": self.url.as_str(), "headers": headers })
    }

    /// The response as JSON, for `--json`.
    pub(crate) fn response_json(&self) -> Value {
        let headers: Map<String, Value> = self
            .response_headers()
            .map(|(name, value)| (name.to_owned(), json!(value)))
            .collect();
        json!({ "status": self.response.status.as_u16(), "headers": headers, "body": self.response.text(), "refusal": self.refusal })
    }

    fn response_headers(&self) -> impl Iterator<Item = (&str, String)> {
        let headers = self.response.headers.iter();
        headers.map(|(name, value)| {
            (
                name.as_str(),
                String::from_utf8_lossy(value.as_bytes()).into_owned(),
            )
        })
    }
}

fn version(version: Version) -> &'static str {
    match version {
        Version::HTTP_10 => "HTTP/1.0",
        Version::HTTP_2 => "HTTP/2",
        _ => "HTTP/1.1",
    }
}
