//! Rules for all HTTP clients: they follow no redirects and have timeouts.

use std::time::Duration;

use common::loopback::is_loopback;
use common::settings::ca_bundle;
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, ClientBuilder};
use url::Url;

use crate::hosts::Resolver;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for one URL. Without redirects, a plain `http` client never needs
/// TLS: the system's certificates, which take time and memory, are not read.
pub fn for_url(url: &Url) -> reqwest::Result<Client> {
    let builder = builder(is_loopback(url));
    match url.scheme() {
        "http" => builder.tls_certs_only(std::iter::empty()).build(),
        _ => builder.build(),
    }
}

/// A builder for clients of this machine, which a proxy could not reach, or of
/// all other hosts, through the proxy set in the environment. They trust the
/// configured certificates ([`ca_bundle`]) beside the system's.
pub fn builder(loopback: bool) -> ClientBuilder {
    let builder = ClientBuilder::new()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .dns_resolver(Resolver)
        .tls_certs_merge(configured_certificates());
    if loopback {
        builder.no_proxy()
    } else {
        builder
    }
}

fn configured_certificates() -> Vec<Certificate> {
    let bundle = ca_bundle::pem().map(Certificate::from_pem_bundle);
    // Settings::load has refused one that cannot be read.
    bundle.and_then(Result::ok).unwrap_or_default()
}
