//! Signs a person in from the terminal: authorization code with PKCE, redirect
//! to this machine (RFC 8252). Shows and checks the tokens, and calls the API.

mod answer;
mod app;
mod args;
mod authorize;
mod browser;
mod call;
mod callback;
mod check;
mod crowd;
mod crypto;
mod discovery;
mod door;
mod explain;
mod form;
mod headless;
mod http;
mod jwt;
mod keys;
mod lab;
mod login;
mod logout;
mod output;
mod page;
mod paste;
mod port;
mod probe;
mod ready;
mod redirect;
mod refresh;
mod report;
mod request;
mod scope;
mod show;
mod signin;
mod story;
mod table;
mod token;
mod transcript;
mod userinfo;
mod verify;

use std::sync::Arc;

use api_core::{Console, Exit, Result, Settings, interrupt};

pub use args::{Args, Command, LabArgs};

/// Runs the program until its end, or until Ctrl-C.
///
/// # Errors
/// Each with the exit code of the contract.
pub async fn run(args: Args, settings: Settings) -> Result<Exit> {
    let console = Arc::new(Console::new());
    // Nothing needs to be put in order: dropping the story frees the port.
    interrupt::listen(|| {})?;
    let story = async {
        match &args.command {
            Some(Command::Lab(lab)) => lab::run(lab, &args, &settings, &console).await,
            None => story::run(&args, &settings, &console).await,
        }
    };
    interrupt::or_stop(story, "Interrupted before the end").await?
}
