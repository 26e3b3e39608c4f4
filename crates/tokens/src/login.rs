//! One login, told as RFC 6749 section 4.1 tells it.

use std::sync::Arc;
use std::time::Duration;

use common::{Console, Exit, Failure, Result, Settings, failure, interrupt};

use crate::INTERRUPTED;
use crate::args::LoginArgs;
use crate::config;
use crate::grant_run::{self, GrantRun};
use crate::jwt::jwks::JwkSet;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::grant::Grant;
use crate::oauth::{discovery, dpop, par, scope, token};
use crate::output::stdout::Output;
use crate::report;
use crate::signin::listener::page::Page;
use crate::signin::method::{ReceivedResponse, SignIn, SignInMethod};
use crate::signin::signup;

/// Signs in, shows and checks the tokens, and calls the API. The browser and
/// the report show the outcome, even if the login fails.
///
/// # Errors
/// The error of the first step that fails.
pub(crate) async fn run(
    args: &LoginArgs,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    let mut output = Output::new(console, settings.explain, &args.grant);
    let result = sign_in(args, settings, console, &mut output).await;
    output.close(result)
}

async fn sign_in(
    args: &LoginArgs,
    settings: &Settings,
    console: &Arc<Console>,
    output: &mut Output,
) -> Result<Exit> {
    // First, everything that can be checked without a request.
    let config = config::of_login(args, settings)?;
    let scopes = scope::requested(args.grant.scopes.as_deref(), &config)?;
    for note in config::notes(&config, &args.request, settings) {
        console.note(note);
    }
    let method = SignInMethod::of_login(args, &config, settings)?;
    report::check_wanted(&args.grant.page)?;
    let http = grant_run::http(&config, settings, console);
    let grant = Grant::AuthorizationCode;
    let mut login = Login {
        run: GrantRun::new(grant, &args.grant, &config, console, &http, output)
            .with_person(&args.sign_in),
        scopes: &scopes,
        signup: args.signup,
        sign_in: SignIn {
            config: &config,
            console,
            transcript: &http.transcript,
            method: &method,
            timeout: Duration::from_secs(args.sign_in.timeout),
        },
        received: None,
    };
    // Ctrl-C needs no cleanup: dropping the flow frees the port. What happened
    // until then is shown all the same.
    let ended = interrupt::or_stop(login.authorization_code_flow(), INTERRUPTED).await;
    let result = ended.flatten();
    let shown = login.show_outcome(result.as_ref().err()).await;
    failure::all([result, shown]).map(|()| login.run.exit())
}

/// What a login needs, and what it has so far.
struct Login<'a> {
    run: GrantRun<'a>,
    scopes: &'a [String],
    /// Whether the page for new users is opened.
    signup: bool,
    sign_in: SignIn<'a>,
    received: Option<ReceivedResponse>,
}

impl Login<'_> {
    /// The authorization code flow, RFC 6749 section 4.1, with PKCE and OpenID
    /// Connect: each step with its rule.
    async fn authorization_code_flow(&mut self) -> Result<()> {
        let (http, config, console) = (self.run.http, self.run.config, self.run.console);

        // Discover. Only the issuer is known beforehand. Its document lists the
        // endpoints, and must name that issuer: otherwise another server could
        // put its own token endpoint here and collect codes
        // (OpenID Connect Discovery section 4.3).
        let provider = discovery::discover(http, config, console).await?;

        // Bind. With --dpop, this run has a key of its own that its tokens are to
        // be bound to: not at a server that takes no such proofs (RFC 9449
        // section 5.1).
        dpop::ensure_supported(config, &provider)?;

        // Ask. Three random values, new for every login, tie its parts
        // together: state the answer to this request, nonce the id token to
        // this login, and PKCE the code to this program
        // (RFC 6749 section 4.1.1, OpenID Connect Core section 3.1.2.1, RFC 7636).
        let receiver = self.sign_in.receiver().await?;
        let redirect_uri = receiver.redirect_uri();
        let (scopes, signup) = (self.scopes, self.signup);
        let endpoint = provider.authorization_endpoint()?;
        let request = AuthorizationRequest::new(config, endpoint, redirect_uri, scopes, signup);
        request.narrate(&http.transcript);

        // Push. Where the server requires it, or with --par, it gets the request
        // straight from this program; the browser carries only a reference, which
        // nothing on its way can change (RFC 9126).
        let request = par::push_if_wanted(http, config, &provider, console, request).await?;

        if self.signup {
            signup::check(http, &request.url).await?;
        }

        // The person signs in, in a browser and on the server's page, never in
        // this program: it could read the password (RFC 8252 section 8.12).
        let received = self
            .sign_in
            .authorize(&request, receiver, &provider)
            .await?;

        // Take the answer. The listener has compared state and iss, because any
        // web page can send a browser to the callback. The answer may also be
        // an error (RFC 6749 section 4.1.2). The browser keeps waiting: its
        // page shows how the login ended.
        let response = received.response();
        self.received = Some(received);
        let code = response.code(config.server.hints)?;

        // Exchange the code, straight at the token endpoint. Whoever saw the
        // code in the browser lacks the code_verifier that goes with it
        // (RFC 6749 section 4.1.3, RFC 7636 section 4.5).
        let tokens = token::exchange(http, config, &provider, &request, &code).await?;

        // Fetch the keys, from the address in the discovery document. A token
        // may name a key (kid), but not say where keys come from: a forger
        // would name a server of their own (RFC 8725 section 3.10).
        let rules = config.server.token_rules;
        let keys = JwkSet::fetch(http, &provider.jwks_uri, rules, &tokens.jwts()).await?;

        // Verify. Every check runs and is shown; one that fails ends the login
        // here, before anybody relies on the tokens
        // (OpenID Connect Core section 3.1.3.7, RFC 9068 section 4).
        let checked = tokens.check(keys, &request.expectations(config, &provider));
        self.run.accept(checked)?;

        // Call the API with the access token. The id token stays here: it says
        // to this client who signed in, and opens nothing (RFC 6750 section 2.1).
        // A token that is bound to a key goes with a proof of it (RFC 9449).
        self.run.call_api().await?;

        self.run.after_login(&provider).await
    }

    /// Shows how the login ended: on stdout, in the file, in the browser.
    async fn show_outcome(&mut self, failure: Option<&Failure>) -> Result<()> {
        let (page, written) = self.run.show_outcome(failure);
        if let Some(received) = self.received.take() {
            received.show(Page::report(page)).await;
        }
        written
    }
}
