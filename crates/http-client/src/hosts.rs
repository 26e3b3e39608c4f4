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
}
