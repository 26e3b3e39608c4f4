//! What the experiments share: the sign-in server, the client, and the logins.

use std::rc::Rc;
use std::time::Duration;

use common::{Failure, Result};
use url::Url;

use super::answer::Answer;
use super::attack;
use crate::api::{self, ApiCall};
use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::http::client::Http;
use crate::http::navigation;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::jwt::jwks::JwkSet;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::ExpectedResponse;
use crate::oauth::discovery::Provider;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token;
use crate::oauth::token_response::{ErrorResponse, TokenResponse};
use crate::oauth::token_set::{CheckedTokens, TokenSet};
use crate::route::ApiRoute;
use crate::signin::listener::page::Page;
use crate::signin::method::SignIn;
use crate::transcript::field::Field;

/// A request, and the code that answered it.
type Code = (AuthorizationRequest, String);

/// What the lab is to run.
pub(super) struct Plan {
    /// The names of all experiments.
    pub names: Vec<&'static str>,
    /// Those that need a token with the scope `openid` only.
    pub openid_only: Vec<&'static str>,
    /// How long a replaced refresh token may still work.
    pub grace: Duration,
}

/// How the server treats a sign-in whose request has lost its `code_challenge`.
pub(super) enum Unprotected {
    /// It refuses the request: its answer.
    Request(String),
    /// It gives a code: what the token endpoint then says.
    Code(Box<Exchanges>),
}

/// The token endpoint's answers to a code whose request had no `code_challenge`.
pub(super) struct Exchanges {
    pub with_verifier: Response,
    /// Asked only if the first is a refusal.
    pub without_verifier: Option<Response>,
}

/// What the experiments share. One sign-in serves all that can share it.
pub(crate) struct Session<'a> {
    pub(super) config: &'a ClientConfig,
    /// The API's route.
    pub(super) route: &'a ApiRoute,
    pub(super) provider: &'a Provider,
    pub(super) authorization_endpoint: &'a Url,
    pub(super) http: &'a Http,
    pub(super) sign_in: SignIn<'a>,
    /// The URL of Cognito's own API, for operations without AWS credentials.
    pub(super) cognito: String,
    pub(super) plan: Plan,
    sign_ins: usize,
    /// The shared login's code, until it is exchanged.
    code: Option<Code>,
    /// The answers to what experiments tried with that code, by their names.
    attempts: Vec<(&'static str, Response)>,
    login: Option<Rc<CheckedTokens>>,
    openid_only: Option<Rc<CheckedTokens>>,
    unprotected: Option<Rc<Unprotected>>,
    /// The newest refresh token of the shared login, once it was used.
    refresh_token: Option<String>,
}

/// The scope that opens no API.
fn openid() -> [String; 1] {
    ["openid".to_owned()]
}

impl<'a> Session<'a> {
    /// A session without a login.
    ///
    /// # Errors
    /// If the server has no sign-in page.
    pub(super) fn new(
        route: &'a ApiRoute,
        provider: &'a Provider,
        http: &'a Http,
        sign_in: SignIn<'a>,
        cognito: String,
        plan: Plan,
    ) -> Result<Session<'a>> {
        Ok(Session {
            config: sign_in.config,
            route,
            provider,
            authorization_endpoint: provider.authorization_endpoint()?,
            http,
            sign_in,
            cognito,
            plan,
            sign_ins: 0,
            code: None,
            attempts: Vec::new(),
            login: None,
            openid_only: None,
            unprotected: None,
            refresh_token: None,
        })
    }

    /// An authorization request for all scopes.
    pub(super) fn request(&self) -> AuthorizationRequest {
        self.request_for(&self.config.scopes)
    }

    fn request_for(&self, scopes: &[String]) -> AuthorizationRequest {
        let (config, endpoint) = (self.config, self.authorization_endpoint);
        AuthorizationRequest::new(config, endpoint, self.redirect_uri(), scopes, false)
    }

    /// The registered address that requests name which nobody is to answer.
    pub(super) fn redirect_uri(&self) -> &'a RedirectUri {
        &self.config.redirect_uris[0]
    }

    /// Signs in for the experiments that share a login, if there are any.
    pub(super) async fn begin(&mut self, shared: usize) -> Result<()> {
        if shared == 0 {
            return Ok(());
        }
        let all = self.plan.names.len();
        let why = format!("it serves {shared} of the {all} experiments");
        let (request, code) = self.sign_in(&self.config.scopes, &why).await?;
        // A code is attacked before it is exchanged. If it still gives tokens
        // then, every attempt was made with a code that worked.
        for name in self.plan.names.clone() {
            let other = self.request();
            let Some(form) = attack::form(name, self.config, &request, &other, &code) else {
                continue;
            };
            let answer = self.post_form(form).await?;
            let spent = answer.status.is_success();
            self.attempts.push((name, answer));
            if spent {
                break;
            }
        }
        self.code = Some((request, code));
        Ok(())
    }

    /// The shared login, with all scopes. The API accepts its access token:
    /// without that, a refusal would prove nothing.
    pub(super) async fn login(&mut self) -> Result<Rc<CheckedTokens>> {
        if let Some(login) = &self.login {
            return Ok(login.clone());
        }
        let (tokens, request) = self.exchange_shared_code().await?;
        let login = self.check(tokens, &request).await?;
        let token = Some(&*login.tokens.access.raw);
        let control = self.call_api(token).await?;
        if !control.response.status.is_success() {
            return Err(Failure::failed(format!(
                "The API refuses a good token too ({}), so no experiment would show anything",
                control.response.status
            ))
            .with_hint("first run 'tokens' to see what is wrong with the API"));
        }
        self.login = Some(login.clone());
        Ok(login)
    }

    /// Calls the API, with or without a token.
    pub(super) async fn call_api(&self, token: Option<&str>) -> Result<ApiCall> {
        let limit = self.config.startup_limit;
        let console = self.sign_in.console;
        api::call(self.http, self.route, limit, console, token, None).await
    }

    /// A login with `openid` only.
    pub(super) async fn openid_only(&mut self) -> Result<Rc<CheckedTokens>> {
        if self.openid_only.is_none() && self.plan.names.contains(&attack::PKCE_REMOVED) {
            // Its tokens have that scope, if the server gives any.
            self.unprotected().await?;
        }
        if let Some(login) = &self.openid_only {
            return Ok(login.clone());
        }
        let (request, code) = self.sign_in(&openid(), &self.why_openid()).await?;
        let tokens = self.exchange(&request, &code).await?;
        let login = self.check(tokens, &request).await?;
        self.openid_only = Some(login.clone());
        Ok(login)
    }

    fn why_openid(&self) -> String {
        let (last, others) = match self.plan.openid_only.split_last() {
            Some((last, [])) => return format!("{last} needs a token with the scope openid only"),
            Some((last, others)) => (*last, others.join(", ")),
            None => ("no experiment", String::new()),
        };
        format!("{others} and {last} need a token with the scope openid only")
    }

    /// A login with `openid` only, from whose request an attacker has removed
    /// the `code_challenge`. The client does not know, and sends a verifier.
    pub(super) async fn unprotected(&mut self) -> Result<Rc<Unprotected>> {
        if let Some(found) = &self.unprotected {
            return Ok(found.clone());
        }
        let request = attack::without_challenge(self.request_for(&openid()));
        let expected = ExpectedResponse::to(&request, self.provider);
        let visited = navigation::visit(&self.http.transcript, &request.url).await?;
        let answer = Answer::of(visited, &request.redirect_uri, &expected);
        let found = Rc::new(if answer.is_refusal() {
            Unprotected::Request(answer.to_string())
        } else {
            self.exchange_unprotected().await?
        });
        self.unprotected = Some(found.clone());
        Ok(found)
    }

    async fn exchange_unprotected(&mut self) -> Result<Unprotected> {
        let mut why = "pkce-removed needs a request without code_challenge".to_owned();
        if !self.plan.openid_only.is_empty() {
            why = format!("{}, and {why}", self.why_openid());
        }
        let change = attack::without_challenge;
        let (request, code) = self.sign_in_with(&openid(), change, &why).await?;
        // The code comes from the attacker's sign-in, the verifier from the victim's.
        let victims = self.request().code_verifier;
        let redirect_uri = &request.redirect_uri;
        let form = |verifier| token::code_form(self.config, redirect_uri, &code, verifier);
        let with_verifier = self.post_form(form(Some(&victims))).await?;
        // A code without a challenge needs no verifier. If it works now, the
        // verifier was the reason for the refusal.
        let without_verifier = if with_verifier.status.is_success() {
            None
        } else {
            Some(self.post_form(form(None)).await?)
        };
        let answer = without_verifier.as_ref().unwrap_or(&with_verifier);
        if answer.status.is_success() {
            let tokens = self.decode(answer)?;
            self.openid_only = Some(self.check(tokens, &request).await?);
        }
        Ok(Unprotected::Code(Box::new(Exchanges {
            with_verifier,
            without_verifier,
        })))
    }

    /// Uses the newest refresh token, and returns it with the one that works from
    /// now on: the same, or its successor where the server rotates. `None` if
    /// the server gives none.
    pub(super) async fn refresh(&mut self) -> Result<Option<(String, String)>> {
        let login = self.login().await?;
        let Some(first) = login.tokens.response.refresh_token.clone() else {
            return Ok(None);
        };
        let mut used = self.refresh_token.take().unwrap_or(first);
        let (http, config, provider) = (self.http, self.config, self.provider);
        let refreshed = match token::refresh(http, config, provider, &used).await {
            Ok(refreshed) => refreshed,
            // The server may have revoked all tokens of a code that was exchanged
            // twice (RFC 6749 section 4.1.2), or of a replayed refresh token.
            Err(_) => {
                let why = "the refresh token of the first no longer works, so this needs a new one";
                let (request, code) = self.sign_in(&self.config.scopes, why).await?;
                let own = self.exchange(&request, &code).await?;
                used = own.response.refresh_token.unwrap_or_default();
                token::refresh(http, config, provider, &used).await?
            }
        };
        let newest = refreshed.refresh_token.unwrap_or_else(|| used.clone());
        self.refresh_token = Some(newest.clone());
        Ok(Some((used, newest)))
    }

    /// The answer to an experiment's attempt with a code that works.
    pub(super) async fn attempt(&mut self, experiment: &'static str) -> Result<Response> {
        // The first attempt was made with a fresh code. Of a later one, only
        // the exchange shows whether the code still worked.
        let first = self.attempts.first();
        if first.is_none_or(|(name, _)| *name != experiment) {
            self.login().await?;
        }
        if let Some(answer) = self.answer_to(experiment) {
            return Ok(answer);
        }
        let why = "the server voids a code after one wrong attempt, so this needs a new one";
        let (request, code) = self.sign_in(&self.config.scopes, why).await?;
        let other = self.request();
        let form = attack::form(experiment, self.config, &request, &other, &code);
        self.post_form(form.unwrap_or_default()).await
    }

    /// The answer to the second exchange of the shared login's code.
    pub(super) async fn second_exchange(&mut self) -> Result<Response> {
        self.login().await?;
        self.answer_to(attack::TWICE)
            .ok_or_else(|| Failure::failed("The code was not exchanged a second time"))
    }

    fn answer_to(&self, experiment: &str) -> Option<Response> {
        let mut attempts = self.attempts.iter();
        let found = attempts.find(|(name, _)| *name == experiment);
        found.map(|(_, answer)| answer.clone())
    }

    /// Exchanges the shared login's code, and for `code-twice` once more, at
    /// once: later the server might refuse it only because it is old.
    async fn exchange_shared_code(&mut self) -> Result<(TokenSet, AuthorizationRequest)> {
        let Some((mut request, mut code)) = self.code.take() else {
            return Err(Failure::failed("No experiment was to need a login"));
        };
        let mut answer = self.post_code(&request, &code).await?;
        let refusal = ErrorResponse::of(&answer).map(|refusal| refusal.error);
        if refusal == Some(ErrorCode::InvalidGrant) && !self.attempts.is_empty() {
            // The server voided the code at the first attempt, or gave tokens
            // at the last: the attempts between those show nothing.
            let last = self.attempts.last();
            if last.is_some_and(|(_, answer)| !answer.status.is_success()) {
                self.attempts.truncate(1);
            }
            let why = "the experiments have used up the code of the first";
            (request, code) = self.sign_in(&self.config.scopes, why).await?;
            answer = self.post_code(&request, &code).await?;
        }
        let tokens = self.decode(&answer)?;
        if self.plan.names.contains(&attack::TWICE) {
            let answer = self.post_code(&request, &code).await?;
            self.attempts.push((attack::TWICE, answer));
        }
        Ok((tokens, request))
    }

    /// Reads the tokens that answer a form.
    ///
    /// # Errors
    /// If the server refuses, or they are not what they should be.
    pub(super) fn decode(&self, answer: &Response) -> Result<TokenSet> {
        let rules = self.config.server.token_rules;
        TokenSet::decode(TokenResponse::read(answer, self.config)?, rules)
    }

    /// Exchanges the code, whatever the server answers.
    async fn post_code(&self, request: &AuthorizationRequest, code: &str) -> Result<Response> {
        let verifier = Some(&request.code_verifier);
        let form = token::code_form(self.config, &request.redirect_uri, code, verifier);
        self.post_form(form).await
    }

    /// Posts a form to the token endpoint.
    pub(super) async fn post_form(&self, form: Vec<Field>) -> Result<Response> {
        const WHY: &str = "The experiment's request.";
        let endpoint = self.provider.token_endpoint.clone();
        let request = Request::post("token endpoint", WHY, endpoint, form);
        self.http.send(request).await
    }

    /// Says why a sign-in is needed, signs in, and returns the request and the
    /// code received for it.
    async fn sign_in(&mut self, scopes: &[String], why: &str) -> Result<Code> {
        self.sign_in_with(scopes, |request| request, why).await
    }

    /// The same, with a request that an attacker has changed.
    async fn sign_in_with(
        &mut self,
        scopes: &[String],
        change: fn(AuthorizationRequest) -> AuthorizationRequest,
        why: &str,
    ) -> Result<Code> {
        self.sign_ins += 1;
        let console = self.sign_in.console;
        console.message(&format!("Sign-in {}: {why}.", self.sign_ins));
        let (config, endpoint) = (self.config, self.authorization_endpoint);
        let receiver = self.sign_in.receiver().await?;
        let redirect_uri = receiver.redirect_uri();
        let unchanged = AuthorizationRequest::new(config, endpoint, redirect_uri, scopes, false);
        let request = change(unchanged);
        request.narrate(self.sign_in.transcript);
        let received = self
            .sign_in
            .authorize(&request, receiver, self.provider)
            .await?;
        let code = received.response().code(config.server.hints);
        received.show(Page::of_code(code.as_ref().err())).await;
        Ok((request, code?))
    }

    async fn exchange(&self, request: &AuthorizationRequest, code: &str) -> Result<TokenSet> {
        token::exchange(self.http, self.config, self.provider, request, code).await
    }

    async fn check(
        &self,
        tokens: TokenSet,
        request: &AuthorizationRequest,
    ) -> Result<Rc<CheckedTokens>> {
        let (uri, rules) = (&self.provider.jwks_uri, self.config.server.token_rules);
        let keys = JwkSet::fetch(self.http, uri, rules, &tokens.jwts()).await?;
        let checked = tokens.check(keys, &request.expectations(self.config, self.provider));
        checked.ensure_verified()?;
        Ok(Rc::new(checked))
    }
}
