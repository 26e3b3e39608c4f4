//! The story of one login, from top to bottom.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Exit, Failure, Result, Settings};

use crate::app::App;
use crate::args::Args;
use crate::authorize::Authorization;
use crate::discovery::Provider;
use crate::explain::Explain;
use crate::http::Http;
use crate::login::Login;
use crate::output::Output;
use crate::page::Page;
use crate::redirect::Redirect;
use crate::refresh::Refreshed;
use crate::report::{self, Report};
use crate::request::{self, Exchange};
use crate::signin::{Answered, SignIn, Way};
use crate::transcript::Step;
use crate::{login, logout, ready, scope, userinfo};

/// Signs in, shows and checks the tokens, calls the API. However it ends, the
/// browser and the report show it.
///
/// # Errors
/// At the first step that fails.
pub(crate) async fn run(args: &Args, settings: &Settings, console: &Arc<Console>) -> Result<Exit> {
    // What can be known before any call.
    let app = App::read(settings)?;
    let scopes = scope::asked(args.scopes.as_deref(), &app)?;
    let way = way(args, settings)?;
    if let Some(path) = &args.report {
        report::check(path, args.force)?;
    }
    let explain = Explain::new(settings.explain, console.clone());
    let mut story = Story {
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
    let told = story.tell().await;
    let steps = explain.transcript();
    story.output.steps(&steps);
    story.output.finish();
    let page = story.report(&steps, told.as_ref().err());
    if let Some(path) = &args.report {
        report::write(path, &page, args.force)?;
        console.note(&format!("what happened is shown in {}", path.display()));
    }
    if let Some(answered) = story.answered.take() {
        answered.show(Page::report(page)).await;
    }
    told.map(|()| story.exit())
}

/// One login, as far as it has come.
struct Story<'a> {
    args: &'a Args,
    app: &'a App,
    scopes: &'a [String],
    way: &'a Way,
    console: &'a Arc<Console>,
    http: Http,
    output: Output<'a>,
    answered: Option<Answered>,
    login: Option<Login>,
    exchange: Option<Exchange>,
}

impl Story<'_> {
    /// From the discovery document to the API's answer, and what comes after.
    async fn tell(&mut self) -> Result<()> {
        let provider = ready::discover(&self.http, self.app, self.console).await?;
        let asked = Authorization::new(self.app, &provider, self.scopes, self.args.signup);
        let redirect = self.sign_in(&provider, &asked).await?;
        let code = redirect.code()?;
        let login = Login::complete(&self.http, self.app, &provider, &asked, &code).await?;
        self.output.login(&login);
        let login = self.login.insert(login);
        login.believed()?;

        let token = Some(&*login.tokens.access_token);
        let exchange = request::call(&self.http, self.app, self.console, token).await?;
        self.output.exchange(&exchange);
        self.exchange = Some(exchange);
        self.afterwards(&provider).await
    }

    /// The person signs in; the browser waits to see how that ends.
    async fn sign_in(&mut self, provider: &Provider, asked: &Authorization) -> Result<Redirect> {
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
            login::believed(&refreshed.checks)?;
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

fn way(args: &Args, settings: &Settings) -> Result<Way> {
    Ok(if args.headless {
        Way::Headless(settings.password()?.clone())
    } else if args.no_browser {
        Way::NoBrowser
    } else {
        Way::Browser(settings.browser.clone())
    })
}
