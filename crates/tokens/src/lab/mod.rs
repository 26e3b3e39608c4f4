//! `tokens lab`: breaks the protocol on purpose. Each experiment changes one
//! thing of a login or a request that works, so that nothing else can be the
//! reason of the refusal.

mod experiment;
mod gateway;
mod list;
mod mint;
mod report;
mod server;
mod sign_in_page;
mod this_client;

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Exit, Failure, Result, Settings};

use crate::api;
use crate::args::{Args, LabArgs};
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::http::ready;
use crate::oauth::discovery::Provider;
use crate::oauth::request::AuthorizationRequest;
use crate::output::explain::Explain;
use crate::report as page;
use crate::signin::listener::page::Page;
use crate::signin::method::{SignIn, SignInMethod};
use crate::verified_login::Login;
use experiment::{Experiment, Report, Verdict};
use list::ALL;

/// What the experiments share. A login is made when the first one needs it.
pub(crate) struct Lab<'a> {
    app: &'a ClientConfig,
    provider: &'a Provider,
    http: &'a Http,
    sign_in: SignIn<'a>,
    /// Cognito's own API, for what needs no AWS credentials.
    cognito: String,
    full: Option<Rc<Login>>,
    narrow: Option<Rc<Login>>,
}

/// Runs the experiments that were asked for.
///
/// # Errors
/// If one cannot be carried out at all. An attack that gets through is none:
/// it is exit code 1 at the end.
pub(crate) async fn run(
    lab_args: &LabArgs,
    args: &Args,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    if let Some(flag) = args.login_flag() {
        return Err(
            Failure::usage(format!("'tokens lab' has no use for {flag}"))
                .with_hint("its flags are --list, --headless and --timeout"),
        );
    }
    let chosen = chosen(&lab_args.names)?;
    if lab_args.list {
        report::list(console, &chosen);
        return Ok(Exit::Done);
    }
    if let Some(path) = &args.report {
        page::check(path, args.force)?;
    }
    let app = ClientConfig::read(settings)?;
    let way = way(args, settings)?;
    let explain = Explain::new(settings.explain, console.clone());
    let http = Http::new(explain.clone());
    let provider = ready::discover(&http, &app, console).await?;
    let timeout = Duration::from_secs(args.timeout);
    let mut lab = Lab {
        app: &app,
        provider: &provider,
        http: &http,
        sign_in: SignIn {
            app: &app,
            console,
            way: &way,
            timeout,
            explain: &explain,
        },
        cognito: cognito(&app, settings),
        full: None,
        narrow: None,
    };
    let mut results = Vec::new();
    let run = lab.run(&chosen, &mut results).await;
    if let Some(path) = &args.report {
        page::write(path, &page::lab_page(&report::rows(&results)), args.force)?;
        console.note(&format!("the results are shown in {}", path.display()));
    }
    run?;
    report::summary(console, &results);
    // What is not shown has not passed; but no attack got through either.
    let failed = results
        .iter()
        .any(|(_, report)| matches!(report.verdict, Verdict::Fail(_)));
    Ok(if failed { Exit::Failed } else { Exit::Done })
}

fn chosen(names: &[String]) -> Result<Vec<&'static Experiment>> {
    if names.is_empty() {
        return Ok(ALL.iter().collect());
    }
    let find = |name: &String| {
        ALL.iter()
            .find(|experiment| experiment.name == name)
            .ok_or_else(|| {
                Failure::usage(format!("There is no experiment '{name}'"))
                    .with_hint("'tokens lab --list' names them all")
            })
    };
    names.iter().map(find).collect()
}

fn way(args: &Args, settings: &Settings) -> Result<SignInMethod> {
    Ok(match args.headless {
        true => SignInMethod::Headless(settings.password()?.clone()),
        false => SignInMethod::Browser(settings.browser.clone()),
    })
}

fn cognito(app: &ClientConfig, settings: &Settings) -> String {
    let pool = app
        .issuer
        .rsplit_once('/')
        .map_or(app.issuer.as_str(), |(cognito, _)| cognito);
    settings
        .endpoint_url
        .clone()
        .unwrap_or_else(|| pool.to_owned())
}

impl Lab<'_> {
    /// Runs the experiments; what they gave by then is in `results`.
    async fn run(
        &mut self,
        chosen: &[&'static Experiment],
        results: &mut Vec<(&'static Experiment, Report)>,
    ) -> Result<()> {
        let console = self.sign_in.console;
        for (number, experiment) in chosen.iter().enumerate() {
            report::heading(console, number + 1, chosen.len(), experiment);
            let report = (experiment.run)(self).await?;
            report::report(console, experiment, &report);
            results.push((*experiment, report));
        }
        Ok(())
    }

    /// A sign-in of its own: the request, and the code it gave.
    async fn code(&mut self, scopes: &[String]) -> Result<(AuthorizationRequest, String)> {
        let asked = AuthorizationRequest::new(self.app, self.provider, scopes, false);
        let answered = self.sign_in.answer(&asked, &self.provider.issuer).await?;
        let code = answered.redirect().code();
        answered.show(Page::code_taken()).await;
        Ok((asked, code?))
    }

    async fn log_in(&mut self, scopes: &[String]) -> Result<Rc<Login>> {
        let (asked, code) = self.code(scopes).await?;
        let login = Login::complete(self.http, self.app, self.provider, &asked, &code).await?;
        login.ensure_verified()?;
        Ok(Rc::new(login))
    }

    /// A login with all scopes. The API takes its access token: without that,
    /// a refusal would show nothing.
    async fn full(&mut self) -> Result<Rc<Login>> {
        if let Some(login) = &self.full {
            return Ok(login.clone());
        }
        let login = self.log_in(&self.app.scopes.clone()).await?;
        let control = api::call(
            self.http,
            self.app,
            self.sign_in.console,
            Some(&login.tokens.access_token),
        )
        .await?;
        if !control.answer.status.is_success() {
            return Err(Failure::failed(format!(
                "The API refuses a good token too ({}): no experiment would show anything",
                control.answer.status
            ))
            .with_hint("find out with 'tokens' what is wrong with the API first"));
        }
        self.full = Some(login.clone());
        Ok(login)
    }

    /// A login with `openid` only.
    async fn narrow(&mut self) -> Result<Rc<Login>> {
        if let Some(login) = &self.narrow {
            return Ok(login.clone());
        }
        let login = self.log_in(&["openid".to_owned()]).await?;
        self.narrow = Some(login.clone());
        Ok(login)
    }
}
