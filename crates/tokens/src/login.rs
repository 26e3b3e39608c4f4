//! One login, told as RFC 6749 section 4.1 tells it.

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings, failure, interrupt};

use crate::INTERRUPTED;
use crate::api::{self, ApiCall};
use crate::args::{Args, PrintedToken};
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::jwks::JwkSet;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::{self, Provider};
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::{self, CheckedTokens, TokenSet};
use crate::oauth::{logout, scope, token, userinfo};
use crate::output::stdout::Output;
use crate::report::{self, LoginReport};
use crate::signin::listener::page::Page;
use crate::signin::method::{ReceivedResponse, SignIn, SignInMethod};
use crate::signin::signup;
use crate::transcript::record::Transcript;
use crate::transcript::step::hide_unspent;

/// Signs in, shows and checks the tokens, and calls the API. The browser and
/// the report show the outcome, even if the login fails.
///
/// # Errors
/// The error of the first step that fails.
pub(crate) async fn run(args: &Args, settings: &Settings, console: &Arc<Console>) -> Result<Exit> {
    let mut output = Output::new(console, settings.explain, args);
    let result = sign_in(args, settings, console, &mut output).await;
    if let Err(failure) = &result {
        output.failed(failure);
    }
    output.finish();
    result
}

async fn sign_in(
    args: &Args,
    settings: &Settings,
    console: &Arc<Console>,
    output: &mut Output,
) -> Result<Exit> {
    // First, everything that can be checked without a request.
    let config = ClientConfig::read(settings, args.route.as_deref())?;
    let scopes = scope::requested(args.scopes.as_deref(), &config)?;
    let method = SignInMethod::from_args(args, settings)?;
    if let Some(path) = &args.report {
        report::check(path, args.force)?;
    }
    let http = Http::new(Transcript::new(settings.explain, console.clone()));
    let mut login = Login {
        args,
        config: &config,
        scopes: &scopes,
        console,
        http: &http,
        sign_in: SignIn {
            config: &config,
            console,
            transcript: &http.transcript,
            method: &method,
            timeout: Duration::from_secs(args.timeout),
        },
        output,
        received: None,
        tokens: None,
        refreshed: None,
        api_call: None,
    };
    // Ctrl-C needs no cleanup: dropping the flow frees the port. What happened
    // until then is shown all the same.
    let ended = interrupt::or_stop(login.authorization_code_flow(), INTERRUPTED).await;
    let result = ended.and_then(|result| result);
    let shown = login.show_outcome(result.as_ref().err()).await;
    failure::all([result, shown]).map(|()| login.exit())
}

/// What a login needs, and what it has so far.
struct Login<'a> {
    args: &'a Args,
    config: &'a ClientConfig,
    scopes: &'a [String],
    console: &'a Arc<Console>,
    http: &'a Http,
    sign_in: SignIn<'a>,
    output: &'a mut Output,
    received: Option<ReceivedResponse>,
    tokens: Option<CheckedTokens>,
    /// The tokens of `--refresh`, once they have passed their checks.
    refreshed: Option<TokenSet>,
    api_call: Option<ApiCall>,
}

impl Login<'_> {
    /// The authorization code flow, RFC 6749 section 4.1, with PKCE and OpenID
    /// Connect: each step with its rule.
    async fn authorization_code_flow(&mut self) -> Result<()> {
        let (http, config) = (self.http, self.config);

        // Discover. Only the issuer is known beforehand. Its document lists the
        // endpoints, and must name that issuer: otherwise another server could
        // put its own token endpoint here and collect codes
        // (OpenID Connect Discovery section 4.3).
        let provider = discovery::discover(http, config, self.console).await?;

        // Ask. Three random values, new for every login, tie its parts
        // together: state the answer to this request, nonce the id token to
        // this login, and PKCE the code to this program
        // (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1, RFC 7636).
        let request = AuthorizationRequest::new(config, &provider, self.scopes, self.args.signup);

        if self.args.signup {
            signup::check(http, &request.url).await?;
        }

        // The person signs in, in a browser and on the server's page, never in
        // this program: it could read the password (RFC 8252 section 8.12).
        let received = self.sign_in.authorize(&request, &provider).await?;

        // Take the answer. The listener has compared state and iss, because any
        // web page can send a browser to the callback. The answer may also be
        // an error (RFC 6749 section 4.1.2). The browser keeps waiting: its
        // page shows how the login ended.
        let response = received.response();
        self.received = Some(received);
        let code = response.code()?;

        // Exchange the code, straight at the token endpoint. Whoever saw the
        // code in the browser lacks the code_verifier that goes with it
        // (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
        let tokens = token::exchange(http, config, &provider, &request, &code).await?;

        // Fetch the keys, from the address in the discovery document. A token
        // may name a key (kid), but not say where keys come from: a forger
        // would name a server of their own (RFC 8725 section 3.10).
        let keys = JwkSet::fetch(http, &provider.jwks_uri, &tokens.jwts()).await?;

        // Verify. Every check runs and is shown; one that fails ends the login
        // here, before anybody relies on the tokens
        // (OpenID Connect Core section 3.1.3.7, RFC 9068 section 4).
        let checked = tokens.check(keys, &request.expectations(config, &provider));
        checked.tokens.narrate(&http.transcript);
        self.output.login(&checked);
        let checked = self.tokens.insert(checked);
        checked.ensure_verified()?;
        if self.args.print.is_some() {
            return self.after_login(&provider).await;
        }

        // Call the API with the access token. The id token stays here: it says
        // to this client who signed in, and opens nothing (RFC 6750 section 2.1).
        let access_token = Some(&*checked.tokens.access.raw);
        let api_call = api::call(http, config, self.console, access_token).await?;
        self.output.api_call(&api_call);
        self.api_call = Some(api_call);

        self.after_login(&provider).await
    }

    /// Runs `--userinfo`, `--refresh` and `--logout`, if requested, and prints
    /// the token that `--print` names. One that fails does not keep the others
    /// from running.
    async fn after_login(&mut self, provider: &Provider) -> Result<()> {
        let results = [
            self.userinfo(provider).await,
            self.refresh(provider).await,
            self.log_out(provider).await,
        ];
        failure::all(results)?;
        if let (Some(login), Some(call)) = (&self.tokens, &self.api_call) {
            self.output.end(login, call);
        }
        match self.args.print {
            Some(which) => self.output.token(which, self.newest(which)),
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
        if let (true, Some(login)) = (self.args.userinfo, &self.tokens) {
            let claims = userinfo::fetch(self.http, provider, &login.tokens).await?;
            self.output.userinfo(&claims);
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

    /// Shows how the login ended: on stdout, in the file, in the browser.
    async fn show_outcome(&mut self, failure: Option<&Failure>) -> Result<()> {
        let mut steps = self.http.transcript.steps();
        hide_unspent(&mut steps);
        self.output.steps(&steps);
        let report = LoginReport {
            steps: &steps,
            login: self.tokens.as_ref(),
            api_call: self.api_call.as_ref(),
            args: self.args,
            failure,
        };
        let page = report.html();
        let written = self.write_report(&page);
        self.show_next_steps(failure.is_none());
        if let Some(received) = self.received.take() {
            received.show(Page::report(page)).await;
        }
        written
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
        if self.args.report.is_none() {
            self.console
                .next("'REPORT=login.html make request' keeps the page that shows what happened");
        }
        self.console
            .next("'make lab' attacks this login and the API, and says who refuses");
    }

    fn exit(&self) -> Exit {
        match &self.api_call {
            Some(call) if self.args.fail && !call.response.status.is_success() => Exit::Refused,
            _ => Exit::Done,
        }
    }
}
