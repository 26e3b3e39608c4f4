//! What every run that gets tokens has in common, whatever the grant: what
//! becomes of the tokens, and how the run is shown.

use std::sync::Arc;

use common::{Console, Exit, Failure, Result, Settings, failure};

use crate::api::{self, ApiCall};
use crate::args::{GrantArgs, PrintedToken, SignInArgs};
use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::oauth::discovery::Provider;
use crate::oauth::grant::Grant;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::{self, CheckedTokens, TokenSet};
use crate::oauth::{logout, userinfo};
use crate::output::stdout::Output;
use crate::report::{self, LoginReport};
use crate::transcript::record::Transcript;
use crate::transcript::step::hide_unspent;

/// A run that gets tokens, and what it has so far.
pub(crate) struct GrantRun<'a> {
    pub grant: Grant,
    pub args: &'a GrantArgs,
    /// What a person who has signed in asks for besides; `None` without a person.
    sign_in: Option<&'a SignInArgs>,
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
        args: &'a GrantArgs,
        config: &'a ClientConfig,
        console: &'a Arc<Console>,
        http: &'a Http,
        output: &'a mut Output,
    ) -> GrantRun<'a> {
        GrantRun {
            grant,
            args,
            sign_in: None,
            config,
            console,
            http,
            output,
            tokens: None,
            refreshed: None,
            api_call: None,
        }
    }

    /// The same, in which a person signs in.
    pub(crate) fn with_person(self, sign_in: &'a SignInArgs) -> Self {
        GrantRun {
            sign_in: Some(sign_in),
            ..self
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
        if let Some(which) = self.args.print {
            self.output.token(which, self.newest(which))?;
            if which == PrintedToken::Access && self.config.proof_key.is_some() {
                self.console.note(
                    "this token is bound to a key that ends with this run: nobody else can use it",
                );
            }
        }
        Ok(())
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

    fn wants(&self, flag: fn(&SignInArgs) -> bool) -> bool {
        self.sign_in.is_some_and(flag)
    }

    async fn userinfo(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.wants(|flags| flags.userinfo), &mut self.tokens) {
            let answer = userinfo::fetch(self.http, self.config, provider, login).await?;
            self.output.userinfo(&answer);
        }
        Ok(())
    }

    async fn refresh(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.wants(|flags| flags.refresh), &mut self.tokens) {
            let refreshed = Refreshed::request(self.http, self.config, provider, login).await?;
            self.output.refreshed(&refreshed);
            token_set::ensure_verified(&refreshed.tokens, &refreshed.checks)?;
            self.refreshed = Some(refreshed.tokens);
        }
        Ok(())
    }

    async fn log_out(&mut self, provider: &Provider) -> Result<()> {
        if let (true, Some(login)) = (self.wants(|flags| flags.logout), &self.tokens) {
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
            sign_in: self.sign_in,
            explained: self.http.transcript.explains(),
            failure,
        };
        let page = report.html();
        let written = report::write_wanted(&self.args.page, &page);
        self.show_next_steps(failure.is_none());
        (page, written)
    }

    /// Says what can be done next, unless a program reads the output.
    fn show_next_steps(&self, signed_in: bool) {
        if let Some(path) = &self.args.page.report {
            let path = path.display();
            self.console
                .next(&format!("open {path} in a browser: it shows what happened"));
        }
        if !signed_in || self.args.json || self.args.print.is_some() {
            return;
        }
        let hints = self.config.server.hints;
        if self.args.page.report.is_none() {
            self.console.next(hints.keep_page);
        }
        if let Some(afterwards) = hints.afterwards {
            self.console.next(afterwards);
        }
    }

    /// Shows how a run without a callback ended.
    ///
    /// # Errors
    /// The one that ended it.
    pub(crate) fn end(&mut self, result: Result<()>) -> Result<Exit> {
        let (_, shown) = self.show_outcome(result.as_ref().err());
        failure::all([result, shown]).map(|()| self.exit())
    }

    /// The exit code of a run that did not fail.
    pub(crate) fn exit(&self) -> Exit {
        match &self.api_call {
            Some(call) if self.args.fail && !call.response.status.is_success() => Exit::Refused,
            _ => Exit::Done,
        }
    }
}

/// The client of HTTP that records each step of a run.
pub(crate) fn http(config: &ClientConfig, settings: &Settings, console: &Arc<Console>) -> Http {
    let transcript = Transcript::new(settings.explain, console.clone());
    Http::new(transcript.with_lab(config.server.is_ours)).with_hint(config.server.hints.not_running)
}
