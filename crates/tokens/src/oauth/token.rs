//! The token endpoint: RFC 6749 sections 4.1.3 and 6. Revocation: RFC 7009.

use std::fmt;

use common::{Failure, Result};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::Provider;
use crate::oauth::pkce::CodeVerifier;
use crate::transcript::step::{Field, field, hidden};
use common::text::printable;

/// The successful response of the token endpoint, RFC 6749 section 5.1.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct TokenResponse {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    pub token_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
}

impl fmt::Debug for TokenResponse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenResponse(hidden)")
    }
}

/// The error response of an endpoint, RFC 6749 section 5.2.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct ErrorResponse {
    pub error: String,
    pub error_description: Option<String>,
}

impl ErrorResponse {
    /// The error in a response; `None` if it has none.
    pub(crate) fn of(answer: &Response) -> Option<ErrorResponse> {
        answer.json().filter(|_| !answer.status.is_success())
    }

    /// `error: error_description`.
    pub(crate) fn text(&self) -> String {
        match &self.error_description {
            Some(description) => printable(&format!("{}: {description}", self.error)),
            None => printable(&self.error),
        }
    }
}

/// The form that exchanges a code for tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn code_form(
    config: &ClientConfig,
    code: &str,
    code_verifier: Option<&CodeVerifier>,
) -> Vec<Field> {
    let redirect_uri = &config.redirect_uri.uri;
    let mut form = vec![
        field("grant_type", "authorization_code", "what is offered for the tokens"),
        field("code", code, "from the callback; works once, for a few minutes"),
        field("redirect_uri", redirect_uri, "must be the one of the authorization request"),
        field("client_id", &config.client_id, "which app asks; a public client has no secret to add"),
    ];
    form.extend(code_verifier.map(|verifier| {
        let why = "proves that the one who asked for the code is the one who brings it (RFC 7636 section 4.5)";
        field("code_verifier", verifier.reveal(), why)
    }));
    form
}

/// The form that exchanges a refresh token for new tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn refresh_form(config: &ClientConfig, refresh_token: &str) -> Vec<Field> {
    vec![
        field("grant_type", "refresh_token", "what is offered for the tokens"),
        hidden("refresh_token", refresh_token, "from the login; works until it is revoked or expires"),
        field("client_id", &config.client_id, "the client that it was given to"),
    ]
}

/// Exchanges the code for tokens.
///
/// # Errors
/// If the server refuses, or sends no id token although `openid` was requested.
pub(crate) async fn exchange(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    request: &AuthorizationRequest,
    code: &str,
) -> Result<TokenResponse> {
    const WHY: &str = "The code becomes tokens. They come straight to this program, past the browser (RFC 6749 section 4.1.3).";
    let form = code_form(config, code, Some(&request.code_verifier));
    let tokens = request_tokens(http, WHY, &provider.token_endpoint, form).await?;
    if request.is_openid() && tokens.id_token.is_none() {
        return Err(Failure::failed(
            "The token endpoint sent no id token, though the scope openid was asked for",
        )
        .with_hint("OpenID Connect Core section 3.1.3.3: there must be one"));
    }
    Ok(tokens)
}

/// Requests new tokens with the refresh token.
///
/// # Errors
/// If the server refuses, or its response contains no valid tokens.
pub(crate) async fn refresh(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    refresh_token: &str,
) -> Result<TokenResponse> {
    const WHY: &str = "New tokens without a new sign-in (RFC 6749 section 6).";
    request_tokens(
        http,
        WHY,
        &provider.token_endpoint,
        refresh_form(config, refresh_token),
    )
    .await
}

async fn request_tokens(
    http: &Http,
    why: &'static str,
    endpoint: &Url,
    form: Vec<Field>,
) -> Result<TokenResponse> {
    let answer = http
        .send(Request::post("token endpoint", why, endpoint.clone(), form))
        .await?;
    if let Some(refusal) = ErrorResponse::of(&answer) {
        let failure = Failure::failed(format!("The token endpoint refused: {}", refusal.text()));
        return Err(match refusal.error.as_str() {
            "invalid_grant" => failure.with_hint("a code works once and for a few minutes, a refresh token until it is revoked: run this again"),
            "invalid_client" => failure.with_hint("is the app client still there? 'make api' creates it anew"),
            _ => failure.with_hint("RFC 6749 section 5.2 says what the code means"),
        });
    }
    let odd = |what: &str| {
        Failure::failed(format!(
            "The token endpoint {endpoint} answered {}: {what}",
            answer.status
        ))
    };
    if !answer.status.is_success() {
        return Err(odd("no error that RFC 6749 section 5.2 knows"));
    }
    let tokens: TokenResponse = answer
        .json()
        .ok_or_else(|| odd("no tokens that RFC 6749 section 5.1 knows"))?;
    if !tokens.token_type.eq_ignore_ascii_case("bearer") {
        return Err(odd("its token_type is not Bearer (RFC 6749 section 7.1)"));
    }
    Ok(tokens)
}

/// Revokes the refresh token, and with it the access tokens issued from it.
///
/// # Errors
/// If the server refuses.
pub(crate) async fn revoke(
    http: &Http,
    config: &ClientConfig,
    endpoint: &Url,
    refresh_token: &str,
) -> Result<()> {
    const WHY: &str =
        "The refresh token ends now, and access tokens made from it with it (RFC 7009).";
    let form = vec![
        hidden("token", refresh_token, "what is to be revoked"),
        field(
            "client_id",
            &config.client_id,
            "the client that it was given to",
        ),
    ];
    let answer = http
        .send(Request::post(
            "revocation endpoint",
            WHY,
            endpoint.clone(),
            form,
        ))
        .await?;
    if answer.status.is_success() {
        return Ok(());
    }
    let why = ErrorResponse::of(&answer).map_or_else(|| answer.status.to_string(), |r| r.text());
    Err(Failure::failed(format!(
        "The revocation endpoint refused: {why}"
    )))
}
