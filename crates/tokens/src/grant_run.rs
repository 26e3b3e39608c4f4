//! What every run that gets tokens has in common, whatever the grant: what
//! becomes of the tokens, and how the run is shown.

use std::sync::Arc;

use common::{Console, Exit, Failure, Result, failure};

use crate::api::{self, ApiCall};
use crate::args::{Args, PrintedToken};
use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery::Provider;
use crate::oauth::grant::Grant;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::{self, CheckedTokens, TokenSet};
use crate::oauth::{logout, userinfo};
use crate::output::stdout::Output;
use crate::report::{self, LoginReport};
use crate::transcript::step::hide_unspent;

/// A run that gets tokens, and what it has so far.
pub(crate) struct GrantRun<'a> {
    pub grant: Grant,
    pub args: &'a Args,
    pub config: &'a ClientConfig,
    pub console: &'a Arc<Console>,
    pub http: &'a Http,
    pub output: &'a mut Output,
    tokens: Option<CheckedTokens>,
    /// The tokens of `--refresh`, once they have passed their checks.
    refreshed: Option<TokenSet>,
    api_call: Option<ApiCall>,
}

impl<'a> GrantRun<'a> {
    /// A run of this grant, without tokens yet.
    pub(crate) fn new(
        grant: Grant,
        args: &'a Args,
        config: &'a ClientConfig,
        console: &'a Arc<Console>,
        http: &'a Http,
        output: &'a mut Output,
    ) -> GrantRun<'a> {
        GrantRun {
            grant,
            args,
            config,
            console,
            http,
            output,
            tokens: None,
            refreshed: None,
            api_call: None,
        }
    }

    /// Shows the tokens and every check of them, and keeps them.
    ///
    /// # Errors
    /// If a check failed.
    pub(crate) fn accept(&mut self, checked: CheckedTokens) -> Result<()> {
        checked.tokens.narrate(&self.http.transcript);
        self.output.login(&checked);
        if let Some(key) = &self.config.proof_key {
            self.output.binding(key);
        }
        self.tokens.insert(checked).ensure_verified()
    }

    /// Calls the API with the access token, if there is an API to call.
    ///
    /// # Errors
    /// If it does not answer. A refusal is an answer.
    pub(crate) async fn call_api(&mut self) -> Result<()> {
        let (Some(login), Some(route), None) = (&self.tokens, &self.config.route, self.args.print)
        else {
            return Ok(());
        };
        let access_token = Some(&*login.tokens.access.raw);
        let (limit, key) = (self.config.startup_limit, self.config.proof_key.as_deref());
        let call = api::call(self.http, route, limit, self.console, access_token, key).await?;
        self.output.api_call(&call);
        self.api_call = Some(call);
        Ok(())
    }

    /// Runs `--userinfo`, `--refresh` and `--logout`, if requested, and prints
    /// the token that `--print` names. One that fails does not keep the others
    /// from running.
    ///
    /// # Errors
    /// Those that failed.
    pub(crate) async fn after_login(&mut self, provider: &Provider) -> Result<()> {
        let results = [
            self.userinfo(provider).await,
            self.refresh(provider).await,
            self.log_out(provider).await,
        ];
        failure::all(results)?;
        if let Some(login) = &self.tokens {
            self.output
                .end(self.grant, self.config, login, self.api_call.as_ref());
        }
        match self.args.print {
            Some(which) => {
                self.output.token(which, self.newest(which))?;
                if which == PrintedToken::Access && self.config.proof_key.is_some() {
                    self.console.note("this token is bound to a key that ends with this run: nobody else can use it");
                }
                Ok(())
            }
            None => Ok(()),
        }
    }

    /// The newest token of its kind: that of the refresh, if there was one.
    fn newest(&self, which: PrintedToken) -> Option<&str> {
        let (login, after) = (&self.tokens.as_ref()?.tokens, self.refreshed.as_ref());
        match which {
            PrintedToken::Access => Some(&after.unwrap_or(login).access.raw),
            PrintedToken::Id => {
                let new = after.and_then(|tokens| tokens.id.as_ref());
                new.or(login.id.as_ref()).map(|id| &*id.raw)
            }
            PrintedToken::Refresh => login.response.refresh_token.as_deref(),
        }
    }

    async fn userinfo(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.args.userinfo, &mut self.tokens) {
            let answer = userinfo::fetch(self.http, self.config, provider, login).await?;
            self.output.userinfo(&answer);
        }
        Ok(())
    }

    async fn refresh(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.args.refresh, &mut self.tokens) {
            let refreshed = Refreshed::request(self.http, self.config, provider, login).await?;
            self.output.refreshed(&refreshed);
            token_set::ensure_verified(&refreshed.tokens, &refreshed.checks)?;
            self.refreshed = Some(refreshed.tokens);
        }
        Ok(())
    }

    async fn log_out(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.args.logout, &self.tokens) {
            let logout = logout::log_out(self.http, self.config, provider, &login.tokens).await?;
            self.output.logout(&logout);
        }
        Ok(())
    }

    /// Shows how the run ended, on stdout and in the file, and returns the page
    /// for a browser that may be waiting for it.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn show_outcome(&mut self, failure: Option<&Failure>) -> (String, Result<()>) {
        let mut steps = self.http.transcript.steps();
        hide_unspent(&mut steps);
        self.output.steps(&steps);
        let report = LoginReport {
            grant: self.grant,
            steps: &steps,
            config: self.config,
            login: self.tokens.as_ref(),
            api_call: self.api_call.as_ref(),
            args: self.args,
            failure,
        };
        let page = report.html();
        let written = self.write_report(&page);
        self.show_next_steps(failure.is_none());
        (page, written)
    }

    fn write_report(&self, page: &str) -> Result<()> {
        if let Some(path) = &self.args.report {
            report::write(path, page, self.args.force)?;
        }
        Ok(())
    }

    /// Says what can be done next, unless a program reads the output.
    fn show_next_steps(&self, signed_in: bool) {
        if let Some(path) = &self.args.report {
            let path = path.display();
            self.console
                .next(&format!("open {path} in a browser: it shows what happened"));
        }
        if !signed_in || self.args.json || self.args.print.is_some() {
            return;
        }
        let hints = self.config.server.hints;
        if self.args.report.is_none() {
            self.console.next(hints.keep_page);
        }
        if let Some(afterwards) = hints.afterwards {
            self.console.next(afterwards);
        }
    }

    /// The exit code of a run that did not fail.
    pub(crate) fn exit(&self) -> Exit {
        match &self.api_call {
            Some(call) if self.args.fail && !call.response.status.is_success() => Exit::Refused,
            _ => Exit::Done,
        }
    }
}

/// Makes sure that no flag of a login stands before the word of a command, nor
/// one that only a sign-in in a browser needs.
///
/// # Errors
/// Exit code 2 if one does.
pub(crate) fn refuse_flags_before(command: &str, given: &Args) -> Result<()> {
    let hint = format!("'tokens {command} --help' lists its flags");
    if let Some(flag) = given.login_flag() {
        let message = format!("'tokens {command}' does not take {flag} before the word {command}");
        return Err(Failure::usage(message).with_hint(hint));
    }
    let browser_only = [
        ("--headless", given.headless),
        ("--redirect-uri", !given.provider.redirect_uri.is_empty()),
    ];
    match browser_only.into_iter().find(|(_, given)| *given) {
        Some((flag, _)) => {
            let message =
                format!("'tokens {command}' does not take {flag}: it receives no callback");
            Err(Failure::usage(message).with_hint(hint))
        }
        None => Ok(()),
    }
}

/// Makes sure that the page of `--report` can be written.
///
/// # Errors
/// Exit code 2 if it cannot.
pub(crate) fn check_report(args: &Args) -> Result<()> {
    match &args.report {
        Some(path) => report::check(path, args.force),
        None => Ok(()),
    }
}
