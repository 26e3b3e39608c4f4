//! The token endpoint: RFC 6749 sections 4.1.3 and 6. Revocation: RFC 7009.

use std::fmt;

use api_core::{Failure, Result};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::config::ClientConfig;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::client::Http;
use crate::oauth::discovery::Provider;
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::printable;
use crate::output::transcript::{Field, field, hidden};

/// What the token endpoint hands out, RFC 6749 section 5.1.
#[derive(Clone, Deserialize, Serialize)]
pub(crate) struct Tokens {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
    pub access_token: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<String>,
    pub token_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<i64>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tokens(hidden)")
    }
}

/// What a server says when it refuses, RFC 6749 section 5.2.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Refusal {
    pub error: String,
    pub error_description: Option<String>,
}

impl Refusal {
    /// The refusal in an answer, if it is one.
    pub(crate) fn of(answer: &Answer) -> Option<Refusal> {
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
pub(crate) fn code_form(app: &ClientConfig, code: &str, code_verifier: Option<&str>) -> Vec<Field> {
    let mut form = vec![
        field(
            "grant_type",
            "authorization_code",
            "what is offered for the tokens",
        ),
        field(
            "code",
            code,
            "from the callback; works once, for a few minutes",
        ),
        field(
            "redirect_uri",
            &app.callback.uri,
            "must be the one of the authorization request",
        ),
        field(
            "client_id",
            &app.client_id,
            "which app asks; a public client has no secret to add",
        ),
    ];
    if let Some(verifier) = code_verifier {
        form.push(field(
            "code_verifier",
            verifier,
            "proves that the one who asked for the code is the one who brings it (RFC 7636 section 4.5)",
        ));
    }
    form
}

/// The form that exchanges a refresh token for new tokens.
pub(crate) fn refresh_form(app: &ClientConfig, refresh_token: &str) -> Vec<Field> {
    vec![
        field(
            "grant_type",
            "refresh_token",
            "what is offered for the tokens",
        ),
        hidden(
            "refresh_token",
            refresh_token,
            "from the login; works until it is revoked or expires",
        ),
        field(
            "client_id",
            &app.client_id,
            "the client that it was given to",
        ),
    ]
}

/// Exchanges the code for tokens.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn exchange(
    http: &Http,
    app: &ClientConfig,
    provider: &Provider,
    asked: &AuthorizationRequest,
    code: &str,
) -> Result<Tokens> {
    const WHY: &str = "The code becomes tokens. They come straight to this program, past the browser (RFC 6749 section 4.1.3).";
    let form = code_form(app, code, Some(&asked.code_verifier));
    let tokens = ask(http, WHY, &provider.token_endpoint, form).await?;
    if asked.is_openid() && tokens.id_token.is_none() {
        return Err(Failure::failed(
            "The token endpoint sent no id token, though the scope openid was asked for",
        )
        .with_hint("OpenID Connect Core section 3.1.3.3: there must be one"));
    }
    Ok(tokens)
}

/// Uses the refresh token.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn refresh(
    http: &Http,
    app: &ClientConfig,
    provider: &Provider,
    refresh_token: &str,
) -> Result<Tokens> {
    const WHY: &str = "New tokens without a new sign-in (RFC 6749 section 6).";
    ask(
        http,
        WHY,
        &provider.token_endpoint,
        refresh_form(app, refresh_token),
    )
    .await
}

async fn ask(http: &Http, why: &'static str, endpoint: &Url, form: Vec<Field>) -> Result<Tokens> {
    let answer = http
        .send(Call::post("token endpoint", why, endpoint.clone(), form))
        .await?;
    if let Some(refusal) = Refusal::of(&answer) {
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
    let tokens: Tokens = answer
        .json()
        .ok_or_else(|| odd("no tokens that RFC 6749 section 5.1 knows"))?;
    if !tokens.token_type.eq_ignore_ascii_case("bearer") {
        return Err(odd("its token_type is not Bearer (RFC 6749 section 7.1)"));
    }
    Ok(tokens)
}

/// Revokes the refresh token, and with it the access tokens made from it.
///
/// # Errors
/// The server's refusal.
pub(crate) async fn revoke(
    http: &Http,
    app: &ClientConfig,
    endpoint: &Url,
    refresh_token: &str,
) -> Result<()> {
    const WHY: &str =
        "The refresh token ends now, and access tokens made from it with it (RFC 7009).";
    let form = vec![
        hidden("token", refresh_token, "what is to be revoked"),
        field(
            "client_id",
            &app.client_id,
            "the client that it was given to",
        ),
    ];
    let answer = http
        .send(Call::post(
            "revocation endpoint",
            WHY,
            endpoint.clone(),
            form,
        ))
        .await?;
    if answer.status.is_success() {
        return Ok(());
    }
    let why = Refusal::of(&answer).map_or_else(|| answer.status.to_string(), |r| r.text());
    Err(Failure::failed(format!(
        "The revocation endpoint refused: {why}"
    )))
}
