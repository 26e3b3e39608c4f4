//! The discovery document: where the sign-in server's endpoints are.
//! OpenID Connect Discovery 1.0, RFC 8414.

use common::{Console, Failure, Result};
use http_client::hosts::secure_url;
use reqwest::StatusCode;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use url::Url;

use crate::config::client::ClientConfig;
use crate::config::server::Hints;
use crate::http::client::Http;
use crate::http::readiness;
use crate::http::request::Request;
use crate::http::response::Response;

const WHY: &str = "One document lists the sign-in server's endpoints and where its keys are (OpenID Connect Discovery 1.0).";

/// The document as sent; its optional fields are optional here too.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: Option<String>,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
    device_authorization_endpoint: Option<String>,
    pushed_authorization_request_endpoint: Option<String>,
    #[serde(default)]
    require_pushed_authorization_requests: bool,
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    dpop_signing_alg_values_supported: Option<Vec<String>>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl Document {
    /// Whether the sign-in page is on another host than the issuer, as Cognito's is.
    fn has_page_elsewhere(&self, issuer: &str) -> bool {
        let host = |url: &str| Url::parse(url).ok()?.host_str().map(str::to_owned);
        let page = self.authorization_endpoint.as_deref();
        page.is_some_and(|page| host(page) != host(issuer))
    }
}

/// The sign-in server's URLs, each either https or on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    /// The expected `iss` of every token.
    pub issuer: String,
    /// RFC 6749 section 3.1: the user's browser is sent here. A server may have none
    /// (RFC 8414 section 2).
    authorization_endpoint: Option<Url>,
    /// RFC 6749 section 3.2: the code is exchanged for tokens here.
    pub token_endpoint: Url,
    /// RFC 7517: the public keys.
    pub jwks_uri: Url,
    /// OpenID Connect Core section 5.3.
    pub userinfo_endpoint: Option<Url>,
    /// RFC 7009.
    pub revocation_endpoint: Option<Url>,
    /// The page that ends the browser's session.
    pub end_session_endpoint: Option<Url>,
    /// RFC 8628 section 4.
    pub device_authorization_endpoint: Option<Url>,
    /// RFC 9126 section 5.
    pub pushed_authorization_request_endpoint: Option<Url>,
    /// RFC 9126 section 5: whether it takes no other requests.
    pub requires_pushed_requests: bool,
    /// RFC 8414 section 2: how clients may authenticate, if it says so.
    pub client_auth_methods: Option<Vec<String>>,
    /// RFC 9449 section 5.1: how proofs may be signed, if it says so.
    pub dpop_algorithms: Option<Vec<String>>,
    /// RFC 9207 section 3: whether every authorization response names its issuer.
    pub sends_iss: bool,
}

/// Fetches the discovery document. If the stack is new, waits for the document
/// and for the sign-in host.
///
/// # Errors
/// As [`Provider::read`], if there is no response, or if the document's URL is
/// neither https nor on this machine. A sign-in host that does not respond in
/// time is not an error: the login itself will report it.
pub(crate) async fn discover(
    http: &Http,
    config: &ClientConfig,
    console: &Console,
) -> Result<Provider> {
    let url = secure_url("address of the discovery document", &config.discovery_url)?;
    let request = Request::get("discovery document", WHY, url);
    if let Some(limit) = config.startup_limit {
        let is_too_new = |response: &Response| is_too_new(response, &config.issuer);
        readiness::wait(http, console, limit, &request, is_too_new).await;
    }
    let provider = Provider::read(config, &http.send(request).await?)?;
    if let Some(limit) = config.startup_limit {
        // Nothing is asked for, so any answer but a server error will do.
        let page = provider.authorization_endpoint()?.clone();
        let request = Request::get("sign-in page", WHY, page);
        let is_too_new = |response: &Response| response.status.is_server_error();
        readiness::wait(http, console, limit, &request, is_too_new).await;
    }
    Ok(provider)
}

/// Whether the answer may be another one in a moment. A new domain is in the
/// document only after a while: until then it names no sign-in page, or one on the
/// issuer's own host.
fn is_too_new(response: &Response, issuer: &str) -> bool {
    let document = response.json::<Document>();
    let incomplete = document.is_none_or(|document| !document.has_page_elsewhere(issuer));
    response.status == StatusCode::NOT_FOUND
        || response.status.is_server_error()
        || (response.status.is_success() && incomplete)
}

/// Fetches the discovery document for its `jwks_uri` alone: an issuer whose
/// tokens nobody gets by signing in has no other endpoint.
///
/// # Errors
/// If there is no response, it is no such document, belongs to another issuer,
/// or has a URL that is neither https nor on this machine.
pub(crate) async fn jwks_uri(http: &Http, config: &ClientConfig) -> Result<(String, Url)> {
    let url = secure_url("address of the discovery document", &config.discovery_url)?;
    let response = http
        .send(Request::get("discovery document", WHY, url))
        .await?;
    let keys: KeysDocument = parse(config, &response)?;
    ensure_our_issuer(config, &keys.issuer)?;
    let jwks_uri = secure_url("jwks_uri", &keys.jwks_uri)?;
    Ok((keys.issuer, jwks_uri))
}

/// The document of an issuer, which may only publish keys.
#[derive(Debug, Deserialize)]
struct KeysDocument {
    issuer: String,
    jwks_uri: String,
}

/// What to do about an answer that is no discovery document. Only a client's
/// error says something about the user pool: nothing else may lead to a deletion.
fn what_to_do(status: StatusCode, hints: &Hints) -> &'static str {
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS {
        "the sign-in server has a problem at the moment: try again in a minute"
    } else if status.is_client_error() {
        hints.no_discovery
    } else {
        "something between here and the sign-in server may have answered: a proxy, or a network's sign-in page"
    }
}

fn parse<T: DeserializeOwned>(config: &ClientConfig, response: &Response) -> Result<T> {
    response
        .json_of("discovery document", &config.discovery_url)
        .map_err(|failure| failure.with_hint(what_to_do(response.status, config.server.hints)))
}

/// Makes sure that the document belongs to our issuer: otherwise one issuer could
/// send its users' codes to another's endpoints.
///
/// # Errors
/// If it names another one.
fn ensure_our_issuer(config: &ClientConfig, named: &str) -> Result<()> {
    if named == config.issuer || Some(named) == config.local_cloud_issuer.as_deref() {
        return Ok(());
    }
    let failure = Failure::failed(format!(
        "The discovery document {} names the issuer '{named}', and not '{}'",
        config.discovery_url, config.issuer
    ));
    let rule = "OpenID Connect Discovery section 4.3: the document must name the issuer that it was fetched for";
    if named.trim_end_matches('/') == config.issuer.trim_end_matches('/') {
        return Err(failure.with_hint(format!(
            "only the slash at the end differs: --issuer '{named}' is the right one, to the letter. {rule}"
        )));
    }
    Err(failure.with_hint(rule))
}

impl Provider {
    /// Parses the document and checks that it belongs to our issuer.
    ///
    /// # Errors
    /// If it is invalid, belongs to another issuer (OpenID Connect Discovery
    /// section 4.3), or has a URL that is neither https nor on this machine.
    pub(crate) fn read(config: &ClientConfig, response: &Response) -> Result<Provider> {
        let document: Document = parse(config, response)?;
        ensure_our_issuer(config, &document.issuer)?;
        Provider::from(document)
    }

    /// Where the browser is sent for a sign-in.
    ///
    /// # Errors
    /// If the server has no such page.
    pub(crate) fn authorization_endpoint(&self) -> Result<&Url> {
        self.authorization_endpoint.as_ref().ok_or_else(|| {
            Failure::failed("The discovery document names no authorization_endpoint")
                .with_hint("nobody signs in there with a browser: 'tokens device' and 'tokens client-credentials' need no such page")
        })
    }

    fn from(document: Document) -> Result<Provider> {
        let optional = |what, text: Option<String>| text.map(|t| secure_url(what, &t)).transpose();
        Ok(Provider {
            authorization_endpoint: optional(
                "authorization_endpoint",
                document.authorization_endpoint,
            )?,
            token_endpoint: secure_url("token_endpoint", &document.token_endpoint)?,
            jwks_uri: secure_url("jwks_uri", &document.jwks_uri)?,
            userinfo_endpoint: optional("userinfo_endpoint", document.userinfo_endpoint)?,
            revocation_endpoint: optional("revocation_endpoint", document.revocation_endpoint)?,
            end_session_endpoint: optional("end_session_endpoint", document.end_session_endpoint)?,
            device_authorization_endpoint: optional(
                "device_authorization_endpoint",
                document.device_authorization_endpoint,
            )?,
            pushed_authorization_request_endpoint: optional(
                "pushed_authorization_request_endpoint",
                document.pushed_authorization_request_endpoint,
            )?,
            requires_pushed_requests: document.require_pushed_authorization_requests,
            client_auth_methods: document.token_endpoint_auth_methods_supported,
            dpop_algorithms: document.dpop_signing_alg_values_supported,
            sends_iss: document.authorization_response_iss_parameter_supported,
            issuer: document.issuer,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_stack_is_waited_for_until_its_document_names_the_new_domain() {
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a";
        let document = |page: &str| {
            let document = serde_json::json!({
                "issuer": issuer, "authorization_endpoint": page,
                "token_endpoint": issuer, "jwks_uri": issuer,
            });
            document.to_string()
        };
        let complete = document("https://a.auth.us-east-1.amazoncognito.com/oauth2/authorize");
        let own_host = document("https://cognito-idp.us-east-1.amazonaws.com/oauth2/authorize");
        let no_page = complete.replace("authorization_endpoint", "another");
        for (status, body, expected) in [
            (200, &*complete, false),
            (200, &*own_host, true),
            (200, "{}", true),
            (200, &*no_page, true),
            (404, "{}", true),
            (503, &*complete, true),
            (403, "{}", false),
        ] {
            let response = Response::of_tests(status, None, body);
            assert_eq!(is_too_new(&response, issuer), expected, "{status} {body}");
        }
    }
}
