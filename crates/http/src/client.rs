//! The rules of every HTTP client: no redirect is followed, every wait has an end.

use std::time::Duration;

use reqwest::ClientBuilder;
use reqwest::redirect::Policy;

use crate::hosts::Resolver;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const TOTAL_TIMEOUT: Duration = Duration::from_secs(30);

/// A client for this machine, which a proxy could not reach, or for everything
/// else, through the proxy that the environment names.
pub fn builder(loopback: bool) -> ClientBuilder {
    let builder = ClientBuilder::new()
        .redirect(Policy::none())
        .connect_timeout(CONNECT_TIMEOUT)
        .timeout(TOTAL_TIMEOUT)
        .dns_resolver(Resolver);
    match loopback {
        true => builder.no_proxy(),
        false => builder,
    }
}
