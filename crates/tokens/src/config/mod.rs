//! The client as it is registered at a sign-in server: the one that `create`
//! made, or any other.

pub(crate) mod authentication;
pub(crate) mod client;
mod given;
mod parameters;
pub(crate) mod redirect_uri;
pub(crate) mod server;
mod stack;

use common::{Failure, Result, Settings};

use self::client::ClientConfig;
use crate::args::{Args, ProviderArgs};

/// The client that the flags name, or else that of the stack in `state.json`.
///
/// # Errors
/// Exit code 2 for flags that do not belong together, and as [`of_stack`].
pub(crate) fn read(args: &Args, settings: &Settings) -> Result<ClientConfig> {
    parameters::add(client(args, settings)?, args)
}

fn client(args: &Args, settings: &Settings) -> Result<ClientConfig> {
    let provider = &args.provider;
    match (&provider.issuer, &provider.client_id) {
        (Some(issuer), Some(client_id)) => {
            given::client(issuer, client_id, args, settings.client_secret.as_ref())
        }
        (Some(_), None) => Err(
            Failure::usage("--issuer is given without --client-id").with_hint(
                "--client-id ID: the id that the provider gave this program when it was registered",
            ),
        ),
        (None, Some(_)) => Err(Failure::usage("--client-id is given without --issuer")
            .with_hint("--issuer URL: the provider where that client is registered")),
        (None, None) if provider.api.is_some() => {
            Err(Failure::usage("--api is given without --issuer")
                .with_hint("leave it out: state.json names the API of the stack"))
        }
        (None, None) if provider.client_auth.is_some() => {
            Err(Failure::usage("--client-auth is given without --issuer")
                .with_hint("leave it out: the client of the stack is public, it has no secret"))
        }
        (None, None) => stack::read(settings, &provider.redirect_uri, args.route.as_deref()),
    }
}

/// What is set or asked for, and does nothing at the stack.
pub(crate) fn notes(config: &ClientConfig, args: &Args, settings: &Settings) -> Vec<&'static str> {
    let asks_page = args.request.prompt.is_some() || args.request.login_hint.is_some();
    let notes = [
        (
            settings.client_secret.is_some(),
            "CLIENT_SECRET is not sent: the client of the stack is public, it has no secret",
        ),
        (
            asks_page,
            "Cognito knows --prompt and --login-hint in its managed login; the stack has the classic page, which may ignore them",
        ),
    ];
    let is_ours = config.server.is_ours;
    let given = notes.into_iter().filter(|(given, _)| *given && is_ours);
    given.map(|(_, note)| note).collect()
}

/// The issuer that `--issuer` names, or else that of the stack: for one who only
/// verifies its tokens, and is no client there.
///
/// # Errors
/// Exit code 2 for flags of a client, and as [`of_stack`].
pub(crate) fn issuer(args: &Args, settings: &Settings) -> Result<ClientConfig> {
    let provider = &args.provider;
    let flags_of_a_client = ProviderArgs {
        issuer: None,
        ..provider.clone()
    };
    if let Some(flag) = flags_of_a_client.given() {
        let message = format!("'tokens verify' does not take {flag}: it only verifies a token");
        return Err(Failure::usage(message).with_hint("'tokens verify --help' lists its flags"));
    }
    match &provider.issuer {
        Some(issuer) => given::client(issuer, NO_CLIENT, args, None),
        None if !settings.state_file.exists() => {
            let path = settings.state_file.display();
            let message = format!("There is no {path}, which would name the issuer");
            Err(Failure::usage(message).with_hint("--issuer URL names it"))
        }
        None => of_stack(settings),
    }
}

/// The client id of one who is no client.
const NO_CLIENT: &str = "none";

/// The client of the stack in `state.json`.
///
/// # Errors
/// Exit code 2 if `create` has not created what a login needs, or created it at
/// an endpoint other than the one in the settings.
pub(crate) fn of_stack(settings: &Settings) -> Result<ClientConfig> {
    stack::read(settings, &[], None)
}
