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
use crate::args::{GrantArgs, LoginArgs, ProviderArgs, RequestArgs, VerifyArgs};

/// The client of a login: the one that the flags name, or else that of the stack
/// in `state.json`.
///
/// # Errors
/// Exit code 2 for flags that do not belong together, and as [`of_stack`].
pub(crate) fn of_login(flags: &LoginArgs, settings: &Settings) -> Result<ClientConfig> {
    let config = match named(&flags.grant.provider, settings)? {
        Some(config) => given::with_callback(config, flags)?,
        None => stack::read(settings, &flags.redirect_uri, flags.route.as_deref())?,
    };
    parameters::add(config, &flags.grant.binding, &flags.request)
}

/// The client that the flags name, for a grant without a callback; `None` if they
/// name none.
///
/// # Errors
/// Exit code 2 for flags that do not belong together.
pub(crate) fn of_grant(flags: &GrantArgs, settings: &Settings) -> Result<Option<ClientConfig>> {
    let config = named(&flags.provider, settings)?;
    let add = |config| parameters::add(config, &flags.binding, &RequestArgs::default());
    config.map(add).transpose()
}

fn named(flags: &ProviderArgs, settings: &Settings) -> Result<Option<ClientConfig>> {
    let (message, hint) = match (&flags.issuer, &flags.client_id) {
        (Some(issuer), Some(client_id)) => {
            return given::client(issuer, client_id, flags, settings.client_secret.as_ref())
                .map(Some);
        }
        (Some(_), None) => (
            "--issuer is given without --client-id",
            "--client-id ID: the id that the provider gave this program when it was registered",
        ),
        (None, Some(_)) => (
            "--client-id is given without --issuer",
            "--issuer URL: the provider where that client is registered",
        ),
        (None, None) if flags.api.is_some() => (
            "--api is given without --issuer",
            "leave it out: state.json names the API of the stack",
        ),
        (None, None) if flags.client_auth.is_some() => (
            "--client-auth is given without --issuer",
            "leave it out: the client of the stack is public, it has no secret",
        ),
        (None, None) => return Ok(None),
    };
    Err(Failure::usage(message).with_hint(hint))
}

/// What is set or asked for, and does nothing at the stack.
pub(crate) fn notes(
    config: &ClientConfig,
    request: &RequestArgs,
    settings: &Settings,
) -> Vec<&'static str> {
    let asks_page = request.prompt.is_some() || request.login_hint.is_some();
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
/// Exit code 2 for an issuer that is none, and as [`of_stack`].
pub(crate) fn issuer(flags: &VerifyArgs, settings: &Settings) -> Result<ClientConfig> {
    match &flags.issuer {
        Some(issuer) => given::of_issuer(issuer, NO_CLIENT),
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
