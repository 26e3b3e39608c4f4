//! Client authentication with a secret: RFC 6749 section 2.3.1.

use common::text::printable;
use common::{Failure, Result};
use url::form_urlencoded;

use crate::args::ClientAuthMethod;
use crate::config::authentication::ClientAuthentication;
use crate::config::client::ClientConfig;
use crate::http::request::{BasicCredentials, Request};
use crate::oauth::discovery::Provider;
use crate::transcript::field::{Secrecy, field};

/// The names of the methods, as discovery documents have them.
const BASIC: &str = "client_secret_basic";
const POST: &str = "client_secret_post";

/// The request with what authenticates the client, if it has a secret.
///
/// # Errors
/// If the server takes a secret in no way that this program knows.
pub(super) fn add_to(
    mut request: Request,
    config: &ClientConfig,
    provider: &Provider,
) -> Result<Request> {
    let ClientAuthentication::Secret(secret, given) = &config.authentication else {
        return Ok(request);
    };
    let method = match given {
        Some(given) => *given,
        None => method(provider)?,
    };
    match method {
        ClientAuthMethod::Basic => {
            request.basic = Some(BasicCredentials {
                client_id: encoded(&config.client_id),
                client_secret: encoded(secret.reveal()),
            });
        }
        ClientAuthMethod::Post => {
            let why = "client_secret_post: shows who asks (RFC 6749 section 2.3.1)";
            let secret = field("client_secret", secret.reveal(), why).with(Secrecy::Credential);
            let without = "any program could get tokens in this client's name.";
            request.form.push(secret.without(without, &[]));
        }
    }
    Ok(request)
}

/// The first of the two that the discovery document lists. One without a list
/// means `client_secret_basic` (OpenID Connect Discovery section 3).
fn method(provider: &Provider) -> Result<ClientAuthMethod> {
    let Some(listed) = &provider.client_auth_methods else {
        return Ok(ClientAuthMethod::Basic);
    };
    let lists = |name| listed.iter().any(|method| method == name);
    if lists(BASIC) {
        return Ok(ClientAuthMethod::Basic);
    }
    if lists(POST) {
        return Ok(ClientAuthMethod::Post);
    }
    let listed = printable(&listed.join(", "));
    Err(Failure::failed(format!(
        "The provider takes a client's secret neither by {BASIC} nor by {POST}; its token_endpoint_auth_methods_supported: {listed}"
    ))
    .with_hint("unset CLIENT_SECRET if this client is public; a client with keys (private_key_jwt, TLS) is not supported"))
}

/// RFC 6749 section 2.3.1: id and secret are form-encoded before they are joined
/// by a colon, which may itself be in one of them.
fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn id_and_secret_are_form_encoded() {
        assert_eq!(encoded("a b:c%+ä"), "a+b%3Ac%25%2B%C3%A4");
        assert_eq!(encoded("s6BhdRkqt3"), "s6BhdRkqt3");
    }
}
