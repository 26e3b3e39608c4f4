//! Signs a person in from the terminal: authorization code with PKCE, redirect
//! to this machine (RFC 8252). Shows and checks the tokens, and calls the API.

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
mod report;
mod signin;
mod transcript;

use std::sync::Arc;

use api_core::{Console, Exit, Result, Settings, interrupt};

pub use args::{Args, Command, LabArgs};

/// Runs the program until its end, or until Ctrl-C.
///
/// # Errors
/// Each with the exit code of the contract.
pub async fn run(args: Args, settings: Settings) -> Result<Exit> {
    let console = Arc::new(Console::new());
    // Nothing needs to be put in order: dropping the login frees the port.
    interrupt::listen(|| {})?;
    let work = async {
        match &args.command {
            Some(Command::Lab(lab)) => lab::run(lab, &args, &settings, &console).await,
            None => login::run(&args, &settings, &console).await,
        }
    };
    interrupt::or_stop(work, "Interrupted before the end").await?
}
