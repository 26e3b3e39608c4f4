//! The client of any OpenID provider: what `--issuer` and the flags beside it
//! say. No `state.json` is read.

use common::settings::Secret;
use common::{Failure, Result};
use http_client::hosts::secure_url;

use super::authentication::ClientAuthentication;
use super::client::ClientConfig;
use super::redirect_uri::RedirectUri;
use super::server::{Issuer, SignInServer};
use crate::args::{ClientAuthMethod, LoginArgs, ProviderArgs};
use crate::route::ApiRoute;

/// Where the answer is received, unless `--redirect-uri` says something else.
const REDIRECT_URI: &str = "http://localhost:8083/callback";

/// The client that the flags describe, as far as it needs no callback.
///
/// # Errors
/// Exit code 2 if one of them is not valid.
pub(super) fn client(
    issuer: &str,
    client_id: &str,
    flags: &ProviderArgs,
    secret: Option<&Secret>,
) -> Result<ClientConfig> {
    if client_id.is_empty() {
        return Err(Failure::usage("--client-id is empty"));
    }
    Ok(ClientConfig {
        authentication: authentication(flags.client_auth, secret)?,
        route: flags.api.as_deref().map(route).transpose()?,
        ..of_issuer(issuer, client_id)?
    })
}

/// A public client of this issuer that calls no API.
///
/// # Errors
/// Exit code 2 for an issuer that is none.
pub(super) fn of_issuer(issuer: &str, client_id: &str) -> Result<ClientConfig> {
    let issuer = Issuer::parse(issuer)?;
    let server = SignInServer::of(&issuer);
    Ok(ClientConfig {
        local_cloud_issuer: issuer.of_local_cloud,
        ..ClientConfig::public(server, issuer.url, client_id.to_owned())
    })
}

/// The client with the callback that a login needs.
///
/// # Errors
/// Exit code 2 for a flag that makes sense only at the stack that `create` made,
/// and for an address at which this program cannot listen.
pub(super) fn with_callback(config: ClientConfig, flags: &LoginArgs) -> Result<ClientConfig> {
    refuse_flags_of_the_stack(flags, &config.server)?;
    Ok(ClientConfig {
        redirect_uris: redirect_uris(&flags.redirect_uri)?,
        post_logout_redirect_uri: flags.post_logout_redirect_uri.clone(),
        ..config
    })
}

/// A client that has a secret uses it.
fn authentication(
    method: Option<ClientAuthMethod>,
    secret: Option<&Secret>,
) -> Result<ClientAuthentication> {
    match (secret, method) {
        (Some(secret), method) => Ok(ClientAuthentication::Secret(secret.clone(), method)),
        (None, None) => Ok(ClientAuthentication::None),
        (None, Some(_)) => Err(
            Failure::usage("--client-auth is given without CLIENT_SECRET").with_hint(
                "set CLIENT_SECRET in the environment or in .env, or leave the flag out",
            ),
        ),
    }
}

fn refuse_flags_of_the_stack(flags: &LoginArgs, server: &SignInServer) -> Result<()> {
    let refuse = |flag: &str, hint: &str| {
        let message = format!("{flag} is for the stack that 'create' made, not for --issuer");
        Err(Failure::usage(message).with_hint(hint))
    };
    if flags.route.is_some() {
        return refuse("--route", "--api URL: the address that is to be called");
    }
    if flags.headless {
        return refuse(
            "--headless",
            "it signs in as the test user. Sign in in a browser; --no-browser only prints the address, for a browser on another machine",
        );
    }
    if flags.signup && !server.has_sign_up_page {
        return refuse(
            "--signup",
            "leave it out: the provider's sign-in page usually leads to the one for new users",
        );
    }
    Ok(())
}

fn redirect_uris(given: &[String]) -> Result<Vec<RedirectUri>> {
    if given.is_empty() {
        return Ok(vec![RedirectUri::parse(REDIRECT_URI)?]);
    }
    given.iter().map(|uri| RedirectUri::parse(uri)).collect()
}

fn route(url: &str) -> Result<ApiRoute> {
    // Found before anything is called: exit code 2.
    secure_url("address --api", url).map_err(|failure| {
        Failure::usage(failure.to_string())
            .with_hint("it must be https, or on this machine: the access token is sent there")
    })?;
    Ok(ApiRoute {
        method: "GET".to_owned(),
        url: url.to_owned(),
        scopes: Vec::new(),
        of_stack: false,
    })
}
