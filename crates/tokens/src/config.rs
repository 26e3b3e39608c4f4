//! What `tokens` needs to know about the deployment: the part of `state.json`
//! that an app would have in its configuration. None of it is secret.

use std::time::Duration;

use common::endpoint;
use common::{Failure, Result, Settings, State};
use http_client::discovery::document_url;
use http_client::hosts::check_api_host;
use url::{Host, Url};

use crate::route::ApiRoute;

/// The terminal app as registered at the sign-in server, and the API it calls.
#[derive(Clone, Debug)]
pub(crate) struct ClientConfig {
    /// The expected `iss` of every token.
    pub issuer: String,
    /// The local cloud's URL; `None` for AWS itself.
    pub endpoint_url: Option<String>,
    /// URL of the discovery document.
    pub discovery_url: String,
    /// Id of the public app client; it is not a secret (RFC 6749 section 2.2).
    pub client_id: String,
    /// The registered `redirect_uri`.
    pub redirect_uri: RedirectUri,
    /// Scopes that the client may request.
    pub scopes: Vec<String>,
    /// Every scope that this deployment or Cognito defines.
    pub known_scopes: Vec<String>,
    /// The test user's name.
    pub username: String,
    /// How long to wait for new resources to respond; `None` unless `create`
    /// created something in the last few minutes.
    pub startup_limit: Option<Duration>,
    /// The route of the API that is called.
    pub route: ApiRoute,
}

/// The registered `redirect_uri`, parsed for the listener.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RedirectUri {
    /// As registered: servers compare it as a string (RFC 9700 section 2.1).
    pub uri: String,
    /// `localhost`, `127.0.0.1` or `[::1]`.
    pub host: String,
    /// The port to listen on.
    pub port: u16,
    /// The only path that the listener serves.
    pub path: String,
}

/// Scopes that every Cognito user pool defines.
const COGNITO_SCOPES: [&str; 5] = [
    "openid",
    "profile",
    "email",
    "phone",
    "aws.cognito.signin.user.admin",
];

impl ClientConfig {
    /// Reads the configuration from `state.json`; `route` is the key of the route to
    /// call, if not the first.
    ///
    /// # Errors
    /// Exit code 2 if `create` has not created what a login needs, or created
    /// it at an endpoint other than the one in the settings, or there is no such route.
    pub(crate) fn read(settings: &Settings, route: Option<&str>) -> Result<ClientConfig> {
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
        let issuer = state
            .user_pool_jwt_issuer_url
            .clone()
            .ok_or_else(|| missing("user_pool_jwt_issuer_url"))?;
        let callback = state
            .terminal_app_callback_urls
            .as_ref()
            .and_then(|urls| urls.first())
            .ok_or_else(|| missing("terminal_app_callback_urls"))?;
        let api_url = state.api_url.clone().ok_or_else(|| missing("api_url"))?;
        check_api_host(&api_url, endpoint_url.as_deref())?;
        let settle = settings.settle;
        Ok(ClientConfig {
            startup_limit: state.unsettled(settle * 20).map(|_| settle * 2),
            discovery_url: document_url(&issuer, endpoint_url.as_deref()),
            issuer,
            endpoint_url,
            client_id: state
                .terminal_app_client_id
                .clone()
                .ok_or_else(|| missing("terminal_app_client_id"))?,
            redirect_uri: RedirectUri::parse(callback)?,
            scopes: state.terminal_app_scopes.clone().unwrap_or_default(),
            known_scopes: known_scopes(&state),
            username: state
                .user_pool_username
                .clone()
                .unwrap_or_else(|| "Testuser".into()),
            route: match route {
                Some(key) => ApiRoute::of_key(&state, &api_url, key)?,
                None => ApiRoute::first(&state, &api_url),
            },
        })
    }
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

impl RedirectUri {
    /// Parses the `redirect_uri`.
    ///
    /// # Errors
    /// Exit code 2 unless it is a plain http URL on this machine, as RFC 8252
    /// section 7.3 describes for apps without a server.
    pub(crate) fn parse(uri: &str) -> Result<RedirectUri> {
        let refuse = || {
            Failure::usage(format!(
                "The callback address '{uri}' in state.json is not one that this program can listen on"
            ))
            .with_hint("it must be http://localhost:PORT/PATH; 127.0.0.1 or [::1] may stand for localhost")
        };
        let url = Url::parse(uri).map_err(|_| refuse())?;
        let host = match url.host() {
            Some(Host::Domain("localhost")) => "localhost".to_owned(),
            Some(Host::Ipv4(ip)) if ip.is_loopback() => ip.to_string(),
            Some(Host::Ipv6(ip)) if ip.is_loopback() => format!("[{ip}]"),
            _ => return Err(refuse()),
        };
        let plain = url.scheme() == "http" && url.query().is_none() && url.fragment().is_none();
        match url.port_or_known_default() {
            Some(port) if plain && port > 0 => Ok(RedirectUri {
                uri: uri.to_owned(),
                host,
                port,
                path: url.path().to_owned(),
            }),
            _ => Err(refuse()),
        }
    }

    /// The `Host` header that a browser sends to this URI.
    pub(crate) fn authority(&self) -> String {
        match self.port {
            80 => self.host.clone(),
            port => format!("{}:{port}", self.host),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_listener_s_port_and_path_come_from_the_registered_address() {
        let callback = RedirectUri::parse("http://localhost:8083/callback").unwrap();
        assert_eq!((callback.port, callback.path.as_str()), (8083, "/callback"));
        assert_eq!(callback.authority(), "localhost:8083");
        assert_eq!(
            RedirectUri::parse("http://[::1]:1/").unwrap().authority(),
            "[::1]:1"
        );
    }

    #[test]
    fn only_this_machine_can_be_called_back() {
        for bad in [
            "http://example.com:8083/callback",
            "https://localhost:8083/callback",
            "http://localhost:8083/callback?x=1",
            "http://localhost.example.com/",
            "http://0.0.0.0:8083/",
            "myapp://callback",
            "",
        ] {
            let error = RedirectUri::parse(bad).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage, "{bad}");
        }
    }
}
