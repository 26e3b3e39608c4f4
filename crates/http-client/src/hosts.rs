//! Which URLs codes and tokens may be sent to, and how names are resolved.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use common::loopback::{is_localhost, is_loopback};
use common::{Failure, Result};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::Url;

/// Parses a URL that tokens or codes will be sent to: https, or this machine.
///
/// # Errors
/// If it is not such a URL (RFC 6749 sections 3.1 and 3.2 require TLS).
pub fn secure_url(what: &str, text: &str) -> Result<Url> {
    let url = Url::parse(text).map_err(|error| {
        Failure::failed(format!("The {what} '{text}' is not a valid URL: {error}"))
    })?;
    match url.scheme() {
        "https" => Ok(url),
        "http" if is_loopback(&url) => Ok(url),
        _ => Err(Failure::failed(format!(
            "The {what} '{text}' is not protected: codes and tokens must travel over https or stay on this machine"
        ))
        .with_hint("RFC 6749 sections 3.1 and 3.2 require TLS, except for hosts such as localhost and 127.0.0.1")),
    }
}

/// Checks that the API is in the cloud at `endpoint`, if that is not AWS itself:
/// on this machine, or at the endpoint's host or a name under it. An emulator may
/// answer with an address in `amazonaws.com`, where its tokens must not go.
///
/// # Errors
/// Exit code 2 if it is not. An address that is not a URL is left to [`secure_url`].
pub fn check_api_host(api_url: &str, endpoint: Option<&str>) -> Result<()> {
    let (Some(endpoint), Ok(api)) = (endpoint, Url::parse(api_url)) else {
        return Ok(());
    };
    let url = Url::parse(endpoint).ok();
    let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
    let api_host = api.host_str().unwrap_or_default();
    let is_under = api_host
        .strip_suffix(host)
        .is_some_and(|rest| rest.is_empty() || (rest.ends_with('.') && !host.is_empty()));
    if is_loopback(&api) || is_under {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "The API '{api_url}' is not in the cloud at '{endpoint}': the access token does not go there"
    ))
    .with_hint("the emulator names an address that is not its own: use one that serves the APIs that it creates"))
}

/// Resolves names as the system does, except those under `.localhost`: not
/// every system resolves them to loopback.
#[derive(Debug)]
pub(crate) struct Resolver;

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            if is_localhost(name.as_str()) && name.as_str() != "localhost" {
                let loopback = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);
                return Ok(Box::new(std::iter::once(loopback)) as Addrs);
            }
            // Port 0 stands for the port of the requested URL.
            let found: Vec<_> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_is_for_this_machine_only() {
        for good in [
            "https://example.com/",
            "http://localhost:4566/x",
            "http://abc.execute-api.localhost:4566/dev",
            "http://127.0.0.2/",
            "http://[::1]:1/",
        ] {
            assert!(secure_url("token_endpoint", good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com/",
            "http://localhost.example.com/",
            "http://notlocalhost/",
            "http://10.0.0.1/",
            "ftp://localhost/",
            "localhost",
        ] {
            let error = secure_url("token_endpoint", bad).unwrap_err().to_string();
            assert!(
                error.contains("token_endpoint") && error.contains(bad),
                "{error}"
            );
        }
    }

    #[test]
    fn an_emulator_s_api_is_at_its_host_or_on_this_machine() {
        let local = Some("http://127.0.0.1:4566");
        let remote = Some("https://emulator.example:8443/aws");
        for (api, endpoint) in [
            ("https://x.execute-api.eu-west-1.amazonaws.com/dev", None),
            ("http://x.execute-api.localhost:4566/dev", local),
            ("http://127.0.0.1:4566/dev", local),
            ("http://localhost:1/dev", remote),
            ("https://emulator.example/dev", remote),
            ("https://x.execute-api.emulator.example/dev", remote),
            ("no URL", local),
        ] {
            assert!(check_api_host(api, endpoint).is_ok(), "{api} {endpoint:?}");
        }
        for (api, endpoint) in [
            ("https://x.execute-api.eu-west-1.amazonaws.com/dev", local),
            ("https://x.execute-api.eu-west-1.amazonaws.com/dev", remote),
            ("https://notemulator.example/dev", remote),
            ("https://emulator.example.com/dev", remote),
            ("https://emulator.example.@evil.example/", remote),
            ("mailto:ada@emulator.example", remote),
        ] {
            let error = check_api_host(api, endpoint).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage);
            assert!(error.to_string().contains(api), "{error}");
        }
    }
}
