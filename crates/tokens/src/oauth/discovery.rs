//! The discovery document: where the sign-in server's endpoints are.
//! OpenID Connect Discovery 1.0, RFC 8414.

use api_core::{Failure, Result};
use serde::Deserialize;
use url::Url;

use crate::config::ClientConfig;
use crate::http::answer::Answer;
use crate::http::call::Call;
use api_http::hosts::secure_url;

const WHY: &str = "One document names every other address of the sign-in server and its keys (OpenID Connect Discovery 1.0).";

/// The document as it is sent; what is optional there is optional here.
#[derive(Debug, Deserialize)]
struct Document {
    issuer: String,
    authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
    revocation_endpoint: Option<String>,
    end_session_endpoint: Option<String>,
}

/// The sign-in server's addresses, each https or on this machine.
#[derive(Clone, Debug)]
pub(crate) struct Provider {
    /// `iss` of every token.
    pub issuer: String,
    /// RFC 6749 section 3.1: the person's browser goes here.
    pub authorization_endpoint: Url,
    /// RFC 6749 section 3.2: the code becomes tokens here.
    pub token_endpoint: Url,
    /// RFC 7517: the public keys.
    pub jwks_uri: Url,
    /// OpenID Connect Core section 5.3.
    pub userinfo_endpoint: Option<Url>,
    /// RFC 7009.
    pub revocation_endpoint: Option<Url>,
    /// Where the browser's session ends.
    pub end_session_endpoint: Option<Url>,
}

/// The call for the document.
///
/// # Errors
/// If its address is neither https nor on this machine.
pub(crate) fn call(app: &ClientConfig) -> Result<Call> {
    let url = secure_url("address of the discovery document", &app.discovery_url)?;
    Ok(Call::get("discovery document", WHY, url))
}

impl Provider {
    /// Reads the document and checks that it is the one of our issuer.
    ///
    /// # Errors
    /// If it cannot be had, is another issuer's (OpenID Connect Discovery
    /// section 4.3), or names an address without TLS.
    pub(crate) fn read(app: &ClientConfig, answer: Answer) -> Result<Provider> {
        let document: Document = answer
            .json_of("discovery document", &app.discovery_url)
            .map_err(|failure| {
                failure.with_hint(
                    "is the user pool still there? 'make delete' and 'make api' start over",
                )
            })?;
        if document.issuer != app.issuer {
            return Err(Failure::failed(format!(
                "The discovery document {} is of the issuer '{}', and state.json expects '{}'",
                app.discovery_url, document.issuer, app.issuer
            ))
            .with_hint("OpenID Connect Discovery section 4.3: tokens of one issuer are not taken for another's"));
        }
        Provider::from(document)
    }

    fn from(document: Document) -> Result<Provider> {
        let optional = |what, text: Option<String>| text.map(|t| secure_url(what, &t)).transpose();
        Ok(Provider {
            authorization_endpoint: secure_url(
                "authorization_endpoint",
                &document.authorization_endpoint,
            )?,
            token_endpoint: secure_url("token_endpoint", &document.token_endpoint)?,
            jwks_uri: secure_url("jwks_uri", &document.jwks_uri)?,
            userinfo_endpoint: optional("userinfo_endpoint", document.userinfo_endpoint)?,
            revocation_endpoint: optional("revocation_endpoint", document.revocation_endpoint)?,
            end_session_endpoint: optional("end_session_endpoint", document.end_session_endpoint)?,
            issuer: document.issuer,
        })
    }
}
