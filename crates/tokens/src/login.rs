//! The story of one login, from top to bottom.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Exit, Failure, Result, Settings};

use crate::api::{self, Exchange};
use crate::args::Args;
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::http::ready;
use crate::oauth::discovery::Provider;
use crate::oauth::logout;
use crate::oauth::refresh::Refreshed;
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::AuthorizationResponse;
use crate::oauth::scope;
use crate::oauth::userinfo;
use crate::output::explain::Explain;
use crate::output::stdout::Output;
use crate::output::transcript::Step;
use crate::report::{self, Report};
use crate::signin::listener::page::Page;
use crate::signin::method::{Answered, SignIn, SignInMethod};
use crate::verified_login;
use crate::verified_login::Login;

/// Signs in, shows and checks the tokens, calls the API. However it ends, the
/// browser and the report show it.
///
/// # Errors
/// At the first step that fails.
pub(crate) async fn run(args: &Args, settings: &Settings, console: &Arc<Console>) -> Result<Exit> {
    // What can be known before any call.
    let app = ClientConfig::read(settings)?;
    let scopes = scope::asked(args.scopes.as_deref(), &app)?;
    let way = way(args, settings)?;
    if let Some(path) = &args.report {
        report::check(path, args.force)?;
    }
    let explain = Explain::new(settings.explain, console.clone());
    let mut progress = Progress {
        args,
        app: &app,
        scopes: &scopes,
        way: &way,
        console,
        http: Http::new(explain.clone()),
        output: Output::new(console, args.json),
        answered: None,
        login: None,
        exchange: None,
    };
    let told = progress.tell().await;
    let steps = explain.transcript();
    progress.output.steps(&steps);
    progress.output.finish();
    let page = progress.report(&steps, told.as_ref().err());
    if let Some(path) = &args.report {
        report::write(path, &page, args.force)?;
        console.note(&format!("what happened is shown in {}", path.display()));
    }
    if let Some(answered) = progress.answered.take() {
        answered.show(Page::report(page)).await;
    }
    told.map(|()| progress.exit())
}

/// One login, as far as it has come.
struct Progress<'a> {
    args: &'a Args,
    app: &'a ClientConfig,
    scopes: &'a [String],
    way: &'a SignInMethod,
    console: &'a Arc<Console>,
    http: Http,
    output: Output<'a>,
    answered: Option<Answered>,
    login: Option<Login>,
    exchange: Option<Exchange>,
}

impl Progress<'_> {
    /// From the discovery document to the API's answer, and what comes after.
    async fn tell(&mut self) -> Result<()> {
        let provider = ready::discover(&self.http, self.app, self.console).await?;
        let asked = AuthorizationRequest::new(self.app, &provider, self.scopes, self.args.signup);
        let redirect = self.sign_in(&provider, &asked).await?;
        let code = redirect.code()?;
        let login = Login::complete(&self.http, self.app, &provider, &asked, &code).await?;
        self.output.login(&login);
        let login = self.login.insert(login);
        login.ensure_verified()?;

        let token = Some(&*login.tokens.access_token);
        let exchange = api::call(&self.http, self.app, self.console, token).await?;
        self.output.exchange(&exchange);
        self.exchange = Some(exchange);
        self.afterwards(&provider).await
    }

    /// The person signs in; the browser waits to see how that ends.
    async fn sign_in(
        &mut self,
        provider: &Provider,
        asked: &AuthorizationRequest,
    ) -> Result<AuthorizationResponse> {
        let explain = &self.http.explain;
        asked.narrate(explain);
        let sign_in = SignIn {
            app: self.app,
            console: self.console,
            explain,
            way: self.way,
            timeout: Duration::from_secs(self.args.timeout),
        };
        let answered = sign_in.answer(asked, &provider.issuer).await?;
        let redirect = answered.redirect();
        redirect.narrate(explain, self.app, asked);
        self.answered = Some(answered);
        Ok(redirect)
    }

    /// What a login is good for besides the API, where it was asked for.
    async fn afterwards(&mut self, provider: &Provider) -> Result<()> {
        let (http, app, output) = (&self.http, self.app, &mut self.output);
        let Some(login) = &mut self.login else {
            return Ok(());
        };
        if self.args.userinfo {
            output.userinfo(&userinfo::ask(http, provider, login).await?);
        }
        if self.args.refresh {
            let refreshed = Refreshed::of(http, app, provider, login).await?;
            output.refreshed(&refreshed);
            verified_login::ensure_verified(&refreshed.checks)?;
        }
        if self.args.logout {
            output.logout(&logout::log_out(http, app, provider, login).await?);
        }
        Ok(())
    }

    /// The page that shows it all.
    fn report(&self, steps: &[Step], failure: Option<&Failure>) -> String {
        let report = Report {
            steps,
            login: self.login.as_ref(),
            exchange: self.exchange.as_ref(),
            failure,
        };
        report.html()
    }

    fn exit(&self) -> Exit {
        let status = self.exchange.as_ref().map(|it| it.answer.status);
        match status {
            Some(status) if !status.is_success() && self.args.fail => Exit::Refused,
            _ => Exit::Done,
        }
    }
}

fn way(args: &Args, settings: &Settings) -> Result<SignInMethod> {
    Ok(if args.headless {
        SignInMethod::Headless(settings.password()?.clone())
    } else if args.no_browser {
        SignInMethod::NoBrowser
    } else {
        SignInMethod::Browser(settings.browser.clone())
    })
}
