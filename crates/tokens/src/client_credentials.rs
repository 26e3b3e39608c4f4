//! `tokens client-credentials`: an access token for this program itself, told as
//! RFC 6749 section 4.4 tells it.

use std::sync::Arc;

use common::{Console, Exit, Failure, Result, Settings, interrupt};

use crate::INTERRUPTED;
use crate::args::GrantArgs;
use crate::config;
use crate::config::client::ClientConfig;
use crate::grant_run::{self, GrantRun};
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::oauth::grant::Grant;
use crate::oauth::{discovery, dpop, scope, token};
use crate::output::stdout::Output;
use crate::report;

/// Gets an access token in the client's own name, and calls the API with it.
///
/// # Errors
/// The error of the first step that fails; exit code 2 for wrong usage.
pub(crate) async fn run(
    args: &GrantArgs,
    settings: &Settings,
    console: &Arc<Console>,
) -> Result<Exit> {
    let mut output = Output::new(console, settings.explain, args);
    let result = get_token(args, settings, console, &mut output).await;
    output.close(result)
}

async fn get_token(
    args: &GrantArgs,
    settings: &Settings,
    console: &Arc<Console>,
    output: &mut Output,
) -> Result<Exit> {
    // First, everything that can be checked without a request.
    let config = config(args, settings)?;
    let scopes = match &args.scopes {
        Some(scopes) => scope::requested(Some(scopes), &config)?,
        None => Vec::new(),
    };
    report::check_wanted(&args.page)?;
    let http = grant_run::http(&config, settings, console);
    let grant = Grant::ClientCredentials;
    let mut run = GrantRun::new(grant, args, &config, console, &http, output);
    let ended = interrupt::or_stop(client_credentials(&mut run, &scopes), INTERRUPTED).await;
    run.end(ended.flatten())
}

/// The client, which must have a secret.
///
/// # Errors
/// Exit code 2 for the stack, whose client is public, and without a secret.
fn config(args: &GrantArgs, settings: &Settings) -> Result<ClientConfig> {
    const FOR_WHOM: &str =
        "the client credentials grant is for a client with a secret (RFC 6749 section 4.4)";
    let Some(config) = config::of_grant(args, settings)? else {
        let message = format!("The client of the stack is public: {FOR_WHOM}");
        return Err(Failure::usage(message).with_hint("at another provider: 'tokens client-credentials --issuer URL --client-id ID', with CLIENT_SECRET in the environment or in .env"));
    };
    if !config.authentication.has_secret() {
        let message = format!("CLIENT_SECRET is not set: {FOR_WHOM}");
        return Err(Failure::usage(message).with_hint(
            "set it in the environment or in .env; it is never a flag, which others would see",
        ));
    }
    Ok(config)
}

/// The client credentials grant: each step with its rule.
async fn client_credentials(run: &mut GrantRun<'_>, scopes: &[String]) -> Result<()> {
    let (http, config) = (run.http, run.config);

    // Discover, as for any login (OpenID Connect Discovery section 4.3).
    let provider = discovery::discover(http, config, run.console).await?;

    // With --dpop, bind the token to a key of this run (RFC 9449 section 5.1).
    dpop::ensure_supported(config, &provider)?;

    // Ask for a token. No person takes part: the secret shows which program asks,
    // and what it may do was settled when it was registered (section 4.4.2).
    let tokens = token::for_the_client(http, config, &provider, scopes).await?;

    // Verify what can be read. The token is for the API: a client may read one
    // that says it follows RFC 9068, and needs to read none.
    let rules = config.server.token_rules;
    let keys = JwkSet::fetch(http, &provider.jwks_uri, rules, &tokens.jwts()).await?;
    let expect = Expectations {
        scopes,
        ..config.expectations(&provider.issuer)
    };
    run.accept(tokens.check(keys, &expect))?;

    // Call the API with the access token (RFC 6750 section 2.1).
    run.call_api().await?;

    run.after_login(&provider).await
}
