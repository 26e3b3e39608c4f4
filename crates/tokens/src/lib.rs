//! Signs a user in from the terminal: authorization code flow with PKCE and a
//! loopback redirect (RFC 8252). Shows and checks the tokens, calls the API.

mod api;
mod args;
mod client_credentials;
mod config;
mod crypto;
mod device;
mod grant_run;
mod http;
mod jwt;
mod lab;
mod login;
mod oauth;
mod output;
#[cfg(test)]
mod properties;
mod refusal;
mod report;
mod route;
mod signin;
mod token_source;
mod transcript;
mod verify;

use std::sync::Arc;

use common::{Console, Exit, Failure, Result, Settings, interrupt};

pub use args::{
    Args, BindingArgs, ClientAuthMethod, ClientCredentialsArgs, Command, DeviceArgs, GrantArgs,
    LabArgs, LoginArgs, PrintedToken, ProviderArgs, ReportArgs, RequestArgs, SignInArgs,
    VerifyArgs,
};

/// Runs the program until it finishes or is interrupted with Ctrl-C.
///
/// # Errors
/// If a step fails; the error has the exit code, see [`Exit`].
pub async fn run(args: Args, settings: Settings) -> Result<Exit> {
    let console = Arc::new(Console::new());
    // Ctrl-C needs no cleanup: dropping the login frees the port.
    interrupt::listen(|| {})?;
    match &args.command {
        Some(Command::Lab(lab)) => lab::run(lab, &settings, &console).await,
        Some(Command::Verify(verify)) => verify::run(verify, &settings, &console).await,
        Some(Command::Device(device)) => device::run(device, &settings, &console).await,
        Some(Command::ClientCredentials(own)) => {
            client_credentials::run(&own.grant, &settings, &console).await
        }
        None => login::run(&args.login, &settings, &console).await,
    }
}

/// With `--json`, prints an error that was found before anything was done.
pub fn print_failure(args: &Args, failure: &Failure) {
    if args.json() {
        Console::new().line(&output::error::failed_json(failure));
    }
}

/// With `--json`, prints an error in the flags themselves; the usual text for a
/// person goes to stderr.
pub fn print_usage_error(error: &clap::Error) {
    let is_wanted = std::env::args_os().any(|flag| flag == "--json");
    if !is_wanted || !error.use_stderr() {
        return;
    }
    let text = error.to_string();
    let first = text.lines().next().unwrap_or_default();
    let message = first.strip_prefix("error: ").unwrap_or(first);
    let failure = Failure::usage(message).with_hint("'tokens --help' lists the flags");
    Console::new().line(&output::error::failed_json(&failure));
}

/// What a program that was stopped says.
const INTERRUPTED: &str = "Interrupted before the end";
