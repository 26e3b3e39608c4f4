//! The token endpoint: RFC 6749 sections 4.1.3 and 6. Revocation: RFC 7009.

use common::{Failure, Result};
use url::Url;

use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::back_channel::{ask_for_tokens, post};
use crate::oauth::discovery::Provider;
use crate::oauth::pkce::CodeVerifier;
use crate::oauth::token_response::{ErrorResponse, TokenResponse};
use crate::oauth::token_set::TokenSet;
use crate::transcript::field::{Field, Secrecy, field};

/// The form that exchanges a code for tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn code_form(
    config: &ClientConfig,
    redirect_uri: &RedirectUri,
    code: &str,
    code_verifier: Option<&CodeVerifier>,
) -> Vec<Field> {
    let why_id = if config.authentication.has_secret() {
        "which app asks"
    } else {
        "which app asks; a public client has no secret to add"
    };
    let mut form = vec![
        field("grant_type", "authorization_code", "what is exchanged for the tokens"),
        field("code", code, "from the callback; works once, for a few minutes").with(Secrecy::OneTime),
        field("redirect_uri", &redirect_uri.uri, "must be the one in the authorization request"),
        field("client_id", &config.client_id, why_id),
    ];
    form.extend(code_verifier.map(|verifier| {
        let why = "proves that the program that asked for the code is the one that presents it (RFC 7636 section 4.5)";
        field("code_verifier", verifier.reveal(), why).with(Secrecy::OneTime)
    }));
    form.extend(config.access_parameters.iter().cloned());
    form
}

/// The form that exchanges a refresh token for new tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn refresh_form(config: &ClientConfig, refresh_token: &str) -> Vec<Field> {
    let mut form = vec![
        field("grant_type", "refresh_token", "what is exchanged for the tokens"),
        field("refresh_token", refresh_token, "from the login; works until it is revoked or expires").with(Secrecy::Credential),
        field("client_id", &config.client_id, "the client that it was issued to"),
    ];
    form.extend(config.access_parameters.iter().cloned());
    form
}

/// Exchanges the code for tokens, RFC 6749 section 4.1.3.
///
/// # Errors
/// If the server refuses, sends something that is not a token, or sends no id
/// token although `openid` was requested.
pub(crate) async fn exchange(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    request: &AuthorizationRequest,
    code: &str,
) -> Result<TokenSet> {
    const WHY: &str = "Exchanges the code for tokens. They come straight to this program and never pass through the browser (RFC 6749 section 4.1.3).";
    // A public client has no secret to authenticate with: there, the verifier
    // alone shows that this is the program that asked for the code.
    let verifier = Some(&request.code_verifier);
    let form = code_form(config, &request.redirect_uri, code, verifier);
    let answer = ask_for_tokens(http, config, provider, WHY, form).await?;
    let response = TokenResponse::read(&answer, config)?;
    ensure_id_token(&request.scopes, &response)?;
    TokenSet::decode(response, config.server.token_rules)
}

/// Makes sure that there is an id token, if `openid` was among the scopes.
///
/// # Errors
/// If there is none.
pub(crate) fn ensure_id_token(scopes: &[String], response: &TokenResponse) -> Result<()> {
    // OpenID Connect applies with that scope only.
    let is_openid = scopes.iter().any(|scope| scope == "openid");
    if !is_openid || response.id_token.is_some() {
        return Ok(());
    }
    let message = "The token endpoint sent no id token although the scope openid was requested";
    Err(Failure::failed(message).with_hint("OpenID Connect Core section 3.1.3.3 requires one"))
}

/// Gets an access token for the client itself, RFC 6749 section 4.4.2. Without
/// scopes, the server decides what it may be used for.
///
/// # Errors
/// If the server refuses, or its answer contains no tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) async fn for_the_client(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    scopes: &[String],
) -> Result<TokenSet> {
    const WHY: &str = "An access token for this program itself: no person takes part (RFC 6749 section 4.4.2).";
    let mut form = vec![
        field("grant_type", "client_credentials", "what is exchanged for the token: only the secret"),
        field("client_id", &config.client_id, "which app asks"),
    ];
    if !scopes.is_empty() {
        form.push(field("scope", scopes.join(" "), "what the token may be used for"));
    }
    form.extend(config.access_parameters.iter().cloned());
    let answer = ask_for_tokens(http, config, provider, WHY, form).await?;
    let response = TokenResponse::read(&answer, config)?;
    // Nobody has signed in, so nothing may say who did.
    let of_nobody = TokenResponse { id_token: None, ..response };
    TokenSet::decode(of_nobody, config.server.token_rules)
}

/// Exchanges the refresh token for new tokens, RFC 6749 section 6.
///
/// # Errors
/// If the server refuses, or its answer contains no bearer tokens.
pub(crate) async fn refresh(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    refresh_token: &str,
) -> Result<TokenResponse> {
    const WHY: &str = "New tokens without a new sign-in (RFC 6749 section 6).";
    let form = refresh_form(config, refresh_token);
    let answer = ask_for_tokens(http, config, provider, WHY, form).await?;
    TokenResponse::read(&answer, config)
}

/// Revokes the refresh token, and with it the access tokens issued from it.
///
/// # Errors
/// If the server refuses.
#[rustfmt::skip] // one line per parameter
pub(crate) async fn revoke(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    endpoint: &Url,
    refresh_token: &str,
) -> Result<()> {
    const WHY: &str = "Ends the refresh token now, and with it the access tokens issued from it (RFC 7009).";
    let form = vec![
        field("token", refresh_token, "what is to be revoked").with(Secrecy::Credential),
        field("client_id", &config.client_id, "the client that it was issued to"),
    ];
    let request = Request::post("revocation endpoint", WHY, endpoint.clone(), form);
    let answer = post(http, config, provider, request).await?;
    ErrorResponse::ensure_none(&answer, "The revocation endpoint refused")
}
