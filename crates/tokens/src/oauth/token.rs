//! The token endpoint: RFC 6749 sections 4.1.3 and 6. Revocation: RFC 7009.

use common::{Failure, Result};
use url::Url;

use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::http::client::Http;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::back_channel::post;
use crate::oauth::discovery::Provider;
use crate::oauth::pkce::CodeVerifier;
use crate::oauth::token_response::{ErrorResponse, TokenResponse};
use crate::oauth::token_set::TokenSet;
use crate::transcript::field::{Field, Secrecy, field};

/// The token endpoint as errors name it.
const TOKEN_ENDPOINT: &str = "token endpoint";

/// The form that exchanges a code for tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn code_form(
    config: &ClientConfig,
    redirect_uri: &RedirectUri,
    code: &str,
    code_verifier: Option<&CodeVerifier>,
) -> Vec<Field> {
    let mut form = vec![
        field("grant_type", "authorization_code", "what is exchanged for the tokens"),
        field("code", code, "from the callback; works once, for a few minutes").with(Secrecy::OneTime),
        field("redirect_uri", &redirect_uri.uri, "must be the one in the authorization request"),
        field("client_id", &config.client_id, "which app asks; a public client has no secret to add"),
    ];
    form.extend(code_verifier.map(|verifier| {
        let why = "proves that the program that asked for the code is the one that presents it (RFC 7636 section 4.5)";
        field("code_verifier", verifier.reveal(), why).with(Secrecy::OneTime)
    }));
    form
}

/// The form that exchanges a refresh token for new tokens.
#[rustfmt::skip] // one line per parameter
pub(crate) fn refresh_form(config: &ClientConfig, refresh_token: &str) -> Vec<Field> {
    vec![
        field("grant_type", "refresh_token", "what is exchanged for the tokens"),
        field("refresh_token", refresh_token, "from the login; works until it is revoked or expires").with(Secrecy::Credential),
        field("client_id", &config.client_id, "the client that it was issued to"),
    ]
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
    // A public client has no secret to authenticate with: the verifier alone
    // shows that this is the program that asked for the code.
    let verifier = Some(&request.code_verifier);
    let form = code_form(config, &request.redirect_uri, code, verifier);
    let answer = post(
        http,
        config,
        TOKEN_ENDPOINT,
        WHY,
        &provider.token_endpoint,
        form,
    )
    .await?;
    let tokens = TokenResponse::read(&answer, config.server.hints)?;
    if request.is_openid() && tokens.id_token.is_none() {
        let message = "The token endpoint sent no id token although the scope openid was requested";
        return Err(
            Failure::failed(message).with_hint("OpenID Connect Core section 3.1.3.3 requires one")
        );
    }
    TokenSet::decode(tokens, config.server.token_rules)
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
    let answer = post(
        http,
        config,
        TOKEN_ENDPOINT,
        WHY,
        &provider.token_endpoint,
        form,
    )
    .await?;
    TokenResponse::read(&answer, config.server.hints)
}

/// Revokes the refresh token, and with it the access tokens issued from it.
///
/// # Errors
/// If the server refuses.
#[rustfmt::skip] // one line per parameter
pub(crate) async fn revoke(
    http: &Http,
    config: &ClientConfig,
    endpoint: &Url,
    refresh_token: &str,
) -> Result<()> {
    const WHY: &str = "Ends the refresh token now, and with it the access tokens issued from it (RFC 7009).";
    let form = vec![
        field("token", refresh_token, "what is to be revoked").with(Secrecy::Credential),
        field("client_id", &config.client_id, "the client that it was issued to"),
    ];
    let answer = post(http, config, "revocation endpoint", WHY, endpoint, form).await?;
    if answer.status.is_success() {
        return Ok(());
    }
    let reason = ErrorResponse::reason(&answer);
    Err(Failure::failed(format!("The revocation endpoint refused: {reason}")))
}
