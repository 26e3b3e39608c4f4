//! `--logout`: revokes the refresh token (RFC 7009), and Cognito's logout page.

use common::Result;
use serde::Serialize;
use url::Url;

use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery::Provider;
use crate::oauth::token;
use crate::oauth::token_set::TokenSet;

/// What was revoked, and where the browser can end its session.
#[derive(Debug, Serialize)]
pub(crate) struct Logout {
    /// Whether the refresh token was revoked; `None` where there is no
    /// refresh token or no revocation endpoint.
    pub revoked: Option<bool>,
    /// URL that ends the browser's session with the sign-in server.
    pub address: Option<String>,
    /// What happened, in words.
    pub text: &'static str,
}

/// Revokes the refresh token, if possible.
///
/// # Errors
/// If the revocation endpoint refuses.
pub(crate) async fn log_out(
    http: &Http,
    config: &ClientConfig,
    provider: &Provider,
    tokens: &TokenSet,
) -> Result<Logout> {
    let mut logout = Logout {
        revoked: None,
        address: provider
            .end_session_endpoint
            .as_ref()
            .map(|page| address(page, config).into()),
        text: "There is no refresh token to revoke.",
    };
    match (
        &provider.revocation_endpoint,
        &tokens.response.refresh_token,
    ) {
        (Some(endpoint), Some(refresh_token)) => {
            token::revoke(http, config, endpoint, refresh_token).await?;
            logout.revoked = Some(true);
            logout.text = "The refresh token is revoked. The API accepts the access token until it expires: it checks tokens without asking Cognito.";
        }
        (None, Some(_)) => {
            logout.text = "The discovery document names no revocation_endpoint: the refresh token works until it expires.";
        }
        (_, None) => {}
    }
    Ok(logout)
}

/// Cognito ends the session and shows the sign-in page again, so it takes the
/// parameters of an authorization request.
fn address(page: &Url, config: &ClientConfig) -> Url {
    let mut url = page.clone();
    url.query_pairs_mut()
        .append_pair("client_id", &config.client_id)
        .append_pair("response_type", "code")
        .append_pair("redirect_uri", &config.redirect_uri.uri);
    url
}
