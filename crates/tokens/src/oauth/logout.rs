//! `--logout`: revokes the refresh token (RFC 7009), and names the page that ends
//! the browser's session.

use common::Result;
use serde::Serialize;
use url::Url;

use crate::config::client::ClientConfig;
use crate::config::server::LogoutPage;
use crate::http::client::Http;
use crate::jwt::access_token::{AccessToken, AccessTokenKind};
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
    pub text: String,
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
    let endpoint = provider.revocation_endpoint.as_ref();
    let (revoked, text) = match (endpoint, &tokens.response.refresh_token) {
        (Some(endpoint), Some(refresh_token)) => {
            token::revoke(http, config, provider, endpoint, refresh_token).await?;
            (Some(true), revoked(config, &tokens.access))
        }
        (None, Some(_)) => (None, "The discovery document names no revocation_endpoint: the refresh token works until it expires.".to_owned()),
        (_, None) => (None, "There is no refresh token to revoke.".to_owned()),
    };
    let page = provider.end_session_endpoint.as_ref();
    Ok(Logout {
        revoked,
        address: page.map(|page| address(page, config, tokens).into()),
        text,
    })
}

/// What a revoked refresh token means for the access token.
fn revoked(config: &ClientConfig, access: &AccessToken) -> String {
    let server = &config.server.name;
    let access_token = match access.kind {
        AccessTokenKind::Cognito => format!(
            "The API accepts the access token until it expires: it checks tokens without asking {server}."
        ),
        AccessTokenKind::Rfc9068 | AccessTokenKind::OtherJwt => format!(
            "An API that checks access tokens without asking {server} accepts this one until it expires."
        ),
        AccessTokenKind::Opaque => format!(
            "An API that asks {server} about the access token may learn that it is no longer good."
        ),
    };
    format!("The refresh token is revoked. {access_token}")
}

/// The page with the parameters that it asks for. The id token tells the
/// provider whose session it is, and from which client the request comes.
fn address(page: &Url, config: &ClientConfig, tokens: &TokenSet) -> Url {
    let mut url = page.clone();
    let mut query = url.query_pairs_mut();
    query.append_pair("client_id", &config.client_id);
    match config.server.logout_page {
        LogoutPage::Cognito => {
            query.append_pair("response_type", "code");
            query.append_pair("redirect_uri", &config.redirect_uris[0].uri);
        }
        LogoutPage::RpInitiated => {
            let hint = tokens.response.id_token.as_deref();
            query.extend_pairs(hint.map(|id_token| ("id_token_hint", id_token)));
            let back = config.post_logout_redirect_uri.as_deref();
            query.extend_pairs(back.map(|uri| ("post_logout_redirect_uri", uri)));
        }
    }
    drop(query);
    url
}
