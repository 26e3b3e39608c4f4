//! Signs a user in from the terminal: authorization code flow with PKCE and a
//! loopback redirect (RFC 8252). Shows and checks the tokens, calls the API.

mod api;
mod args;
mod config;
mod crypto;
mod http;
mod jwt;
mod lab;
mod login;
mod oauth;
mod output;
mod refusal;
mod report;
mod signin;
mod token_source;
mod transcript;
mod verify;

use std::sync::Arc;

use common::{Console, Exit, Result, Settings, interrupt};

pub use args::{Args, Command, LabArgs, PrintedToken, ProviderArgs, VerifyArgs};

/// Runs the program until it finishes or is interrupted with Ctrl-C.
///
/// # Errors
/// If a step fails; the error has the exit code, see [`Exit`].
pub async fn run(args: Args, settings: Settings) -> Result<Exit> {
    let console = Arc::new(Console::new());
    // Ctrl-C needs no cleanup: dropping the login frees the port.
    interrupt::listen(|| {})?;
    let result = match &args.command {
        Some(Command::Lab(lab)) => {
            let work = lab::run(lab, &args, &settings, &console);
            let ended = interrupt::or_stop(work, INTERRUPTED).await;
            ended.and_then(|result| result)
        }
        Some(Command::Verify(verify)) => verify::run(verify, &args, &settings, &console).await,
        None => login::run(&args, &settings, &console).await,
    };
    match (result, console.written()) {
        (Ok(exit), written) => written.map(|()| exit),
        (Err(failure), Ok(())) => Err(failure),
        (Err(failure), Err(unwritten)) => Err(failure.and(unwritten)),
    }
}

/// What a program that was stopped says.
const INTERRUPTED: &str = "Interrupted before the end";
