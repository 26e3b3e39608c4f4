//! `tokens device`: a login on another device, told as RFC 8628 tells it.

use std::sync::Arc;
use std::time::Duration;

use common::text::visible_line;
use common::{Console, Exit, Failure, Result, Settings, interrupt};

use crate::INTERRUPTED;
use crate::args::{DeviceArgs, GrantArgs};
use crate::config;
use crate::config::client::ClientConfig;
use crate::grant_run::{self, GrantRun};
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::oauth::device_authorization::{self, DeviceAuthorization};
use crate::oauth::discovery::{self, Provider};
use crate::oauth::grant::Grant;
use crate::oauth::token_set::TokenSet;
use crate::oauth::{dpop, scope, token};
use crate::output::stdout::Output;
use crate::report;
use crate::signin::browser;
use crate::transcript::field::field;
use crate::transcript::record::StepHandle;
use crate::transcript::step::Channel;

/// Signs a person in on another device, and goes on as after any login.
///
/// # Errors
/// The error of the first step that fails; exit code 2 for wrong usage.
pub(crate) async fn run(
    args: &DeviceArgs,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    let mut output = Output::new(console, settings.explain, &args.grant);
    let result = sign_in(args, settings, console, &mut output).await;
    output.close(result)
}

async fn sign_in(
    args: &DeviceArgs,
    settings: &Settings,
    console: &Arc<Console>,
    output: &mut Output,
) -> Result<Exit> {
    // First, everything that can be checked without a request.
    let config = config(&args.grant, settings)?;
    let scopes = scope::requested(args.grant.scopes.as_deref(), &config)?;
    report::check_wanted(&args.grant.page)?;
    let http = grant_run::http(&config, settings, console);
    let grant = Grant::DeviceCode;
    let mut flow = DeviceFlow {
        run: GrantRun::new(grant, &args.grant, &config, console, &http, output)
            .with_person(&args.sign_in),
        scopes: &scopes,
        timeout: Duration::from_secs(args.sign_in.timeout),
        browser: args.open.then_some(settings.browser.as_deref()),
    };
    let ended = interrupt::or_stop(flow.device_flow(), INTERRUPTED).await;
    flow.run.end(ended.flatten())
}

/// The client, at a server that may have a device flow.
///
/// # Errors
/// Exit code 2 for the stack and for any user pool: Cognito has none.
fn config(args: &GrantArgs, settings: &Settings) -> Result<ClientConfig> {
    let no_device_flow = |server: &str| {
        let message = format!("{server} has no device flow (RFC 8628)");
        Failure::usage(message).with_hint(
            "sign in without the word device, --no-browser prints the address for a browser on another machine. At another provider: 'tokens device --issuer URL --client-id ID'",
        )
    };
    match config::of_grant(args, settings)? {
        None => Err(no_device_flow("Cognito, the sign-in server of the stack,")),
        Some(config) if config.server.is_cognito() => Err(no_device_flow("Cognito")),
        Some(config) => Ok(config),
    }
}

/// What the flow needs, and what it has so far.
struct DeviceFlow<'a> {
    run: GrantRun<'a>,
    scopes: &'a [String],
    /// How long to wait for the person.
    timeout: Duration,
    /// With `--open`: `BROWSER`, or else the desktop's own.
    browser: Option<Option<&'a str>>,
}

impl DeviceFlow<'_> {
    /// The device authorization grant, RFC 8628: each step with its rule.
    async fn device_flow(&mut self) -> Result<()> {
        let (http, config, console) = (self.run.http, self.run.config, self.run.console);

        // Discover, as for any login (OpenID Connect Discovery section 4.3).
        let provider = discovery::discover(http, config, console).await?;

        // With --dpop, bind the tokens to a key of this run (RFC 9449 section 5.1).
        dpop::ensure_supported(config, &provider)?;

        // Ask for a pair of codes: a short one that a person can type, and a long
        // one that never leaves this program (section 3.2).
        let codes = device_authorization::request(http, config, &provider, self.scopes).await?;

        // Show the short one. The person goes to the server's page on any device
        // that has a browser, signs in there, and enters it (section 3.3).
        let step = self.show(&codes);

        // Wait. The server cannot call this program, so this program asks, no more
        // often than the server allows (sections 3.4 and 3.5).
        let limit = codes.expires_in.min(self.timeout);
        let working = console.working("Waiting until the code has been entered");
        let answer = codes.poll(http, config, &provider, &step);
        let answer = tokio::time::timeout(limit, answer).await;
        drop(working);
        let response = answer.map_err(|_| nobody(&codes, limit))??;
        token::ensure_id_token(self.scopes, &response)?;
        let tokens = TokenSet::decode(response, config.server.token_rules)?;

        // Fetch the keys and verify, as after any login (RFC 8725 section 3.10,
        // OpenID Connect Core section 3.1.3.7). No nonce ties the id token to this
        // login: no request went through a browser that could have been swapped.
        let rules = config.server.token_rules;
        let keys = JwkSet::fetch(http, &provider.jwks_uri, rules, &tokens.jwts()).await?;
        let checked = tokens.check(keys, &self.expectations(&provider));
        self.run.accept(checked)?;

        // Call the API with the access token (RFC 6750 section 2.1).
        self.run.call_api().await?;

        self.run.after_login(&provider).await
    }

    fn expectations<'a>(&'a self, provider: &'a Provider) -> Expectations<'a> {
        Expectations {
            scopes: self.scopes,
            ..self.run.config.expectations(&provider.issuer)
        }
    }

    /// Tells the person where to go and what to enter; with `--open`, opens the
    /// page here.
    fn show(&self, codes: &DeviceAuthorization) -> StepHandle<'_> {
        let (page, complete) = (&codes.verification_uri, &codes.verification_uri_complete);
        let console = self.run.console;
        let say = |line: &str| console.message(&visible_line(line));
        say("On any device with a browser, open this address:");
        say("");
        say(page.as_str());
        say("");
        let minutes = codes.expires_in.as_secs().div_ceil(60);
        say(&format!(
            "and enter this code, which is good for {minutes} min:"
        ));
        say("");
        say(&codes.user_code);
        say("");
        if let Some(complete) = complete {
            say("This address has the code in it; compare it with the one above:");
            say("");
            say(complete.as_str());
            say("");
        }
        if let Some(browser) = self.browser {
            let page = complete.as_ref().unwrap_or(page);
            let instead = "Open the address above yourself, on any device";
            browser::open(console, browser, page, instead);
        }
        self.narrate(codes)
    }

    #[rustfmt::skip] // one line each
    fn narrate(&self, codes: &DeviceAuthorization) -> StepHandle<'_> {
        let channel = Channel::Device;
        let page = &codes.verification_uri;
        let step = self.run.http.transcript.step(channel, &format!("the person opens {page}"), channel.who_sees());
        step.fields(&[
            field("verification_uri", page.as_str(), "where the person signs in; this program sees nothing of it"),
            field("user_code", &codes.user_code, "short, because a person types it: good for minutes, and for one login (RFC 8628 section 6.1)")
                .without("the server could not tell which program the person means. It does not protect from a stranger who sends you a code of their own: enter only a code that you asked for yourself (RFC 8628 section 5.4).", &[]),
        ]);
        step
    }
}

/// Nobody entered the code while it was good, or while this program waited.
fn nobody(codes: &DeviceAuthorization, limit: Duration) -> Failure {
    let seconds = limit.as_secs();
    if limit == codes.expires_in {
        return Failure::failed(format!("The code has expired: it was good for {seconds} s"))
            .with_hint("run this again for a new one");
    }
    Failure::failed(format!("Nobody signed in within {seconds} s"))
        .with_hint("run this again, or wait longer with --timeout SECONDS")
}
