//! One login, told as RFC 6749 section 4.1 tells it.

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings};

use crate::api::{self, ApiCall};
use crate::args::Args;
use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check;
use crate::jwt::jwks::JwkSet;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::{self, Provider};
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::CheckedTokens;
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
    // First, everything that can be checked without a request.
    let config = ClientConfig::read(settings)?;
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
        output: Output::new(console, settings.explain, args.json),
        received: None,
        tokens: None,
        api_call: None,
    };
    let result = login.authorization_code_flow().await;
    login.show_outcome(result.as_ref().err()).await?;
    result.map(|()| login.exit())
}

/// What a login needs, and what it has so far.
struct Login<'a> {
    args: &'a Args,
    config: &'a ClientConfig,
    scopes: &'a [String],
    console: &'a Arc<Console>,
    http: &'a Http,
    sign_in: SignIn<'a>,
    output: Output<'a>,
    received: Option<ReceivedResponse>,
    tokens: Option<CheckedTokens>,
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
        check::ensure_verified(&checked.checks)?;

        // Call the API with the access token. The id token stays here: it says
        // to this client who signed in, and opens nothing (RFC 6750 section 2.1).
        let access_token = Some(&*checked.tokens.access.raw);
        let api_call = api::call(http, config, self.console, access_token).await?;
        self.output.api_call(&api_call);
        self.api_call = Some(api_call);

        self.after_login(&provider).await
    }

    /// Runs `--userinfo`, `--refresh` and `--logout`, if requested.
    async fn after_login(&mut self, provider: &Provider) -> Result<()> {
        let (http, config, output) = (self.http, self.config, &mut self.output);
        let Some(login) = &mut self.tokens else {
            return Ok(());
        };
        if self.args.userinfo {
            output.userinfo(&userinfo::fetch(http, provider, &login.tokens).await?);
        }
        if self.args.refresh {
            let refreshed = Refreshed::request(http, config, provider, login).await?;
            output.refreshed(&refreshed);
            check::ensure_verified(&refreshed.checks)?;
        }
        if self.args.logout {
            output.logout(&logout::log_out(http, config, provider, &login.tokens).await?);
        }
        if let Some(call) = &self.api_call {
            output.end(login, call);
        }
        Ok(())
    }

    /// Shows how the login ended: on stdout, in the file, in the browser.
    async fn show_outcome(&mut self, failure: Option<&Failure>) -> Result<()> {
        let mut steps = self.http.transcript.steps();
        hide_unspent(&mut steps);
        self.output.finish(&steps, failure);
        let report = LoginReport {
            steps: &steps,
            login: self.tokens.as_ref(),
            api_call: self.api_call.as_ref(),
            args: self.args,
            failure,
        };
        let page = report.html();
        if let Some(path) = &self.args.report {
            report::write(path, &page, self.args.force)?;
        }
        self.show_next_steps(failure.is_none());
        if let Some(received) = self.received.take() {
            received.show(Page::report(page)).await;
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
        if !signed_in || self.args.json {
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
