//! One login, from start to finish.

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings};

use crate::api::{self, ApiCall};
use crate::args::Args;
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::AuthorizationResponse;
use crate::oauth::discovery::{self, Provider};
use crate::oauth::logout;
use crate::oauth::refresh::Refreshed;
use crate::oauth::scope;
use crate::oauth::token_set::TokenSet;
use crate::oauth::userinfo;
use crate::output::stdout::Output;
use crate::report::{self, Report};
use crate::signin::listener::page::Page;
use crate::signin::method::{ReceivedResponse, SignIn, SignInMethod};
use crate::transcript::explain::Explain;
use crate::transcript::step::Step;

/// Signs in, shows and checks the tokens, and calls the API. The browser and
/// the report show the outcome, even if the login fails.
///
/// # Errors
/// The error of the first step that fails.
pub(crate) async fn run(args: &Args, settings: &Settings, console: &Arc<Console>) -> Result<Exit> {
    // First, everything that can be checked without a request.
    let config = ClientConfig::read(settings)?;
    let scopes = scope::asked(args.scopes.as_deref(), &config)?;
    let method = SignInMethod::from_args(args, settings)?;
    if let Some(path) = &args.report {
        report::check(path, args.force)?;
    }
    let explain = Explain::new(settings.explain, console.clone());
    let mut progress = Progress {
        args,
        config: &config,
        scopes: &scopes,
        method: &method,
        console,
        http: Http::new(explain.clone()),
        output: Output::new(console, args.json),
        received: None,
        login: None,
        api_call: None,
    };
    let result = progress.run().await;
    let steps = explain.transcript();
    progress.output.steps(&steps);
    progress.output.finish();
    let page = progress.report(&steps, result.as_ref().err());
    if let Some(path) = &args.report {
        report::write(path, &page, args.force)?;
        console.note(&format!("what happened is shown in {}", path.display()));
    }
    if let Some(received) = progress.received.take() {
        received.show(Page::report(page)).await;
    }
    result.map(|()| progress.exit())
}

/// The progress of one login.
struct Progress<'a> {
    args: &'a Args,
    config: &'a ClientConfig,
    scopes: &'a [String],
    method: &'a SignInMethod,
    console: &'a Arc<Console>,
    http: Http,
    output: Output<'a>,
    received: Option<ReceivedResponse>,
    login: Option<TokenSet>,
    api_call: Option<ApiCall>,
}

impl Progress<'_> {
    /// Runs every step, from the discovery document to the API call and after.
    async fn run(&mut self) -> Result<()> {
        let provider = discovery::discover(&self.http, self.config, self.console).await?;
        let signup = self.args.signup;
        let request = AuthorizationRequest::new(self.config, &provider, self.scopes, signup);
        let response = self.sign_in(&provider, &request).await?;
        let code = response.code()?;
        let login =
            TokenSet::from_code(&self.http, self.config, &provider, &request, &code).await?;
        self.output.login(&login);
        let login = self.login.insert(login);
        login.ensure_verified()?;

        let token = Some(&*login.tokens.access_token);
        let api_call = api::call(&self.http, self.config, self.console, token).await?;
        self.output.api_call(&api_call);
        self.api_call = Some(api_call);
        self.after_login(&provider).await
    }

    /// Signs the user in; the browser then waits for the page with the outcome.
    async fn sign_in(
        &mut self,
        provider: &Provider,
        request: &AuthorizationRequest,
    ) -> Result<AuthorizationResponse> {
        let explain = &self.http.explain;
        request.narrate(explain);
        let sign_in = SignIn {
            config: self.config,
            console: self.console,
            explain,
            method: self.method,
            timeout: Duration::from_secs(self.args.timeout),
        };
        let received = sign_in.authorize(request, provider).await?;
        let response = received.response();
        response.narrate(explain, self.config, request);
        self.received = Some(received);
        Ok(response)
    }

    /// Runs `--userinfo`, `--refresh` and `--logout`, if requested.
    async fn after_login(&mut self, provider: &Provider) -> Result<()> {
        let (http, config, output) = (&self.http, self.config, &mut self.output);
        let Some(login) = &mut self.login else {
            return Ok(());
        };
        if self.args.userinfo {
            output.userinfo(&userinfo::fetch(http, provider, login).await?);
        }
        if self.args.refresh {
            let refreshed = Refreshed::request(http, config, provider, login).await?;
            output.refreshed(&refreshed);
            check::ensure_verified(&refreshed.checks)?;
        }
        if self.args.logout {
            output.logout(&logout::log_out(http, config, provider, login).await?);
        }
        Ok(())
    }

    /// Renders the report page.
    fn report(&self, steps: &[Step], failure: Option<&Failure>) -> String {
        let report = Report {
            steps,
            login: self.login.as_ref(),
            api_call: self.api_call.as_ref(),
            failure,
        };
        report.html()
    }

    fn exit(&self) -> Exit {
        let status = self.api_call.as_ref().map(|it| it.response.status);
        match status {
            Some(status) if !status.is_success() && self.args.fail => Exit::Refused,
            _ => Exit::Done,
        }
    }
}
