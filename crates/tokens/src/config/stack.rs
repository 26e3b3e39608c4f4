//! The client of the stack that `create` made: the part of `state.json` that an
//! app would have in its configuration.

use common::endpoint;
use common::{Failure, Result, Settings, State};
use http_client::discovery::document_url;
use http_client::hosts::check_api_host;

use super::client::ClientConfig;
use super::redirect_uri::RedirectUri;
use super::server::SignInServer;
use crate::route::ApiRoute;

/// Scopes that every Cognito user pool defines.
const COGNITO_SCOPES: [&str; 5] = [
    "openid",
    "profile",
    "email",
    "phone",
    "aws.cognito.signin.user.admin",
];

/// Reads the client's configuration from `state.json`. Of its redirect URIs only
/// those in `chosen` are used, if there are any; `route` is the key of the route to
/// call, if not the first.
///
/// # Errors
/// Exit code 2 if `create` has not created what a login needs, or created
/// it at an endpoint other than the one in the settings, and for a redirect URI
/// or a route that there is not.
pub(super) fn read(
    settings: &Settings,
    chosen: &[String],
    route: Option<&str>,
) -> Result<ClientConfig> {
    let path = settings.state_file.display();
    let state = State::load(&settings.state_file)?.ok_or_else(|| {
        Failure::usage(format!(
            "There is no {path}: there is nothing to sign in to yet"
        ))
        .with_hint("run 'make api' (or 'create') first")
    })?;
    let endpoint_url = endpoint::of_stack(&state, settings.endpoint_url.as_deref())?;
    let missing = |key: &str| {
        Failure::usage(format!("{path} has no {key}: 'create' has not finished"))
            .with_hint("run 'make api' (or 'create') again: it continues where it stopped")
    };
    let required = |value: &Option<String>, key| value.clone().ok_or_else(|| missing(key));
    let issuer = required(&state.user_pool_jwt_issuer_url, "user_pool_jwt_issuer_url")?;
    let callbacks = state
        .terminal_app_callback_urls
        .as_deref()
        .filter(|urls| !urls.is_empty())
        .ok_or_else(|| missing("terminal_app_callback_urls"))?;
    let redirect_uris = redirect_uris(callbacks, chosen)?;
    let api_url = required(&state.api_url, "api_url")?;
    check_api_host(&api_url, endpoint_url.as_deref())?;
    let client_id = required(&state.terminal_app_client_id, "terminal_app_client_id")?;
    let settle = settings.settle;
    let username = state.user_pool_username.as_deref().unwrap_or("Testuser");
    Ok(ClientConfig {
        discovery_url: document_url(&issuer, endpoint_url.as_deref()),
        endpoint_url,
        redirect_uris,
        scopes: state.terminal_app_scopes.clone().unwrap_or_default(),
        known_scopes: Some(known_scopes(&state)),
        username: Some(username.to_owned()),
        startup_limit: state.unsettled(settle * 20).map(|_| settle * 2),
        route: Some(match route {
            Some(key) => ApiRoute::of_key(&state, &api_url, key)?,
            None => ApiRoute::first(&state, &api_url),
        }),
        ..ClientConfig::public(SignInServer::of_stack(), issuer, client_id)
    })
}

/// Those of the registered addresses that are to be used.
fn redirect_uris(registered: &[String], chosen: &[String]) -> Result<Vec<RedirectUri>> {
    if let Some(other) = chosen.iter().find(|uri| !registered.contains(uri)) {
        let message = format!("--redirect-uri '{other}' is not registered for this client");
        let list = registered.join(" ");
        return Err(Failure::usage(message).with_hint(format!("these are: {list}")));
    }
    if !chosen.is_empty() {
        return chosen.iter().map(|uri| RedirectUri::parse(uri)).collect();
    }
    // A front end may have registered its own addresses too.
    let parsed: Vec<_> = registered
        .iter()
        .map(|uri| RedirectUri::parse(uri))
        .collect();
    if parsed.iter().all(Result::is_err) {
        return parsed.into_iter().collect();
    }
    Ok(parsed.into_iter().flatten().collect())
}

fn known_scopes(state: &State) -> Vec<String> {
    let allowed = state.terminal_app_scopes.iter().flatten().cloned();
    let mut known: Vec<String> = COGNITO_SCOPES.iter().map(|s| (*s).to_owned()).collect();
    for scope in state.custom_scopes().into_iter().chain(allowed) {
        if !known.contains(&scope) {
            known.push(scope);
        }
    }
    known
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_addresses_are_used() {
        let registered = ["http://localhost:1/a", "http://localhost:2/a"].map(str::to_owned);
        let used = |chosen: &[String]| {
            redirect_uris(&registered, chosen)
                .map(|uris| uris.iter().map(|uri| uri.port).collect::<Vec<_>>())
        };
        assert_eq!(used(&[]).unwrap(), [1, 2]);
        assert_eq!(used(&registered[1..]).unwrap(), [2]);
        let of_front_end = "https://app.example.com/callback".to_owned();
        let mixed = [std::slice::from_ref(&of_front_end), &registered].concat();
        let uris = redirect_uris(&mixed, &[]).unwrap();
        assert_eq!(uris.len(), 2, "this program listens on this machine only");
        let none = redirect_uris(&[of_front_end], &[]).unwrap_err();
        assert!(
            none.to_string()
                .contains("https://app.example.com/callback")
        );
        let other = used(&["http://localhost:3/a".to_owned()]).unwrap_err();
        assert_eq!(other.exit(), common::Exit::Usage);
        assert!(other.hint().unwrap().contains("http://localhost:2/a"));
    }
}
