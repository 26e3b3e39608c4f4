//! What the experiments share: the sign-in server, the client, and two logins.

use std::rc::Rc;

use common::{Failure, Result};

use crate::api;
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check;
use crate::jwt::jwks::JwkSet;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::Provider;
use crate::oauth::token;
use crate::oauth::token_set::CheckedTokens;
use crate::signin::listener::page::Page;
use crate::signin::method::SignIn;

/// What the experiments share. Each login happens when it is first needed.
pub(crate) struct Session<'a> {
    pub(super) config: &'a ClientConfig,
    pub(super) provider: &'a Provider,
    pub(super) http: &'a Http,
    pub(super) sign_in: SignIn<'a>,
    /// The URL of Cognito's own API, for operations without AWS credentials.
    pub(super) cognito: String,
    all_scopes: Option<Rc<CheckedTokens>>,
    openid_only: Option<Rc<CheckedTokens>>,
}

impl<'a> Session<'a> {
    /// A session without a login.
    pub(super) fn new(
        config: &'a ClientConfig,
        provider: &'a Provider,
        http: &'a Http,
        sign_in: SignIn<'a>,
        cognito: String,
    ) -> Session<'a> {
        Session {
            config,
            provider,
            http,
            sign_in,
            cognito,
            all_scopes: None,
            openid_only: None,
        }
    }

    /// An authorization request for all scopes.
    pub(super) fn request(&self) -> AuthorizationRequest {
        AuthorizationRequest::new(self.config, self.provider, &self.config.scopes, false)
    }

    /// Signs in and returns the request, and the code received for it.
    pub(super) async fn code(
        &mut self,
        scopes: &[String],
    ) -> Result<(AuthorizationRequest, String)> {
        let request = AuthorizationRequest::new(self.config, self.provider, scopes, false);
        let received = self.sign_in.authorize(&request, self.provider).await?;
        let code = received.response().code();
        received.show(Page::code_received()).await;
        Ok((request, code?))
    }

    async fn log_in(&mut self, scopes: &[String]) -> Result<Rc<CheckedTokens>> {
        let (request, code) = self.code(scopes).await?;
        let (http, config, provider) = (self.http, self.config, self.provider);
        let tokens = token::exchange(http, config, provider, &request, &code).await?;
        let keys = JwkSet::fetch(http, &provider.jwks_uri, &tokens.jwts()).await?;
        let checked = tokens.check(keys, &request.expectations(config, provider));
        check::ensure_verified(&checked.checks)?;
        Ok(Rc::new(checked))
    }

    /// A login with all scopes. The API accepts its access token: without that,
    /// a refusal would prove nothing.
    pub(super) async fn all_scopes(&mut self) -> Result<Rc<CheckedTokens>> {
        if let Some(login) = &self.all_scopes {
            return Ok(login.clone());
        }
        let login = self.log_in(&self.config.scopes.clone()).await?;
        let token = Some(&*login.tokens.access.raw);
        let control = api::call(self.http, self.config, self.sign_in.console, token).await?;
        if !control.response.status.is_success() {
            return Err(Failure::failed(format!(
                "The API refuses a good token too ({}), so no experiment would show anything",
                control.response.status
            ))
            .with_hint("first run 'tokens' to see what is wrong with the API"));
        }
        self.all_scopes = Some(login.clone());
        Ok(login)
    }

    /// A login with `openid` only.
    pub(super) async fn openid_only(&mut self) -> Result<Rc<CheckedTokens>> {
        if let Some(login) = &self.openid_only {
            return Ok(login.clone());
        }
        let login = self.log_in(&["openid".to_owned()]).await?;
        self.openid_only = Some(login.clone());
        Ok(login)
    }
}
