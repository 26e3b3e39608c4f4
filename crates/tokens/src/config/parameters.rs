//! What flags add to the requests of a login, each with its purpose.

use std::sync::Arc;

use common::{Failure, Result};
use url::Url;

use super::client::ClientConfig;
use super::server::SignInServer;
use crate::args::{BindingArgs, RequestArgs};
use crate::jwt::proof_key::ProofKey;
use crate::transcript::field::{Field, field};

/// Adds what the flags ask for.
///
/// # Errors
/// Exit code 2 for a value that no server can take, and for what this server
/// is known not to have.
pub(super) fn add(
    config: ClientConfig,
    binding: &BindingArgs,
    request: &RequestArgs,
) -> Result<ClientConfig> {
    refuse_unknown(&config.server, binding, request)?;
    check_prompt(request.prompt.as_deref())?;
    let access_parameters = access(binding)?;
    let mut parameters = authorization(request);
    parameters.extend(access_parameters.iter().cloned());
    let proof_key = binding.dpop.then(ProofKey::generate).transpose()?;
    parameters.extend(proof_key.as_ref().map(dpop_jkt));
    Ok(ClientConfig {
        parameters,
        access_parameters,
        max_age: request.max_age,
        pushes_requests: request.par,
        proof_key: proof_key.map(Arc::new),
        ..config
    })
}

/// Cognito has only some of it: a parameter that it does not know, it ignores,
/// and what it should have done would not happen.
fn refuse_unknown(
    server: &SignInServer,
    binding: &BindingArgs,
    request: &RequestArgs,
) -> Result<()> {
    if !server.is_cognito() {
        return Ok(());
    }
    let refused = [
        (
            "--max-age",
            request.max_age.is_some(),
            "--prompt login asks for a new sign-in",
        ),
        (
            "--audience",
            !binding.audience.is_empty(),
            "--resource URI binds a token to an API",
        ),
        (
            "--par",
            request.par,
            "leave it out: the request goes through the browser",
        ),
        (
            "--dpop",
            binding.dpop,
            "leave it out: Cognito's access tokens are bearer tokens",
        ),
    ];
    match refused.into_iter().find(|(_, given, _)| *given) {
        Some((flag, _, instead)) => {
            let message = format!("{flag} is nothing that Cognito knows");
            Err(Failure::usage(message).with_hint(instead))
        }
        None => Ok(()),
    }
}

/// Section 3.1.2.1: `none` must stand alone.
fn check_prompt(prompt: Option<&str>) -> Result<()> {
    let values: Vec<&str> = prompt.unwrap_or("login").split_whitespace().collect();
    if values.is_empty() || (values.contains(&"none") && values.len() > 1) {
        let prompt = prompt.unwrap_or_default();
        return Err(Failure::usage(format!("--prompt '{prompt}' is not a list that a provider takes"))
            .with_hint("none alone, or login, consent, select_account between spaces (OpenID Connect Core section 3.1.2.1)"));
    }
    Ok(())
}

#[rustfmt::skip] // one line each
fn authorization(args: &RequestArgs) -> Vec<Field> {
    let max_age = args.max_age.map(|seconds| seconds.to_string());
    let fields = [
        args.prompt.as_ref().map(|value| field("prompt", value, "whether the page asks for a sign-in or for consent, even if the browser is signed in (OpenID Connect Core section 3.1.2.1)")
            .without("whoever sits at this browser is signed in as the person who used it last.", &[])),
        args.login_hint.as_ref().map(|value| field("login_hint", value, "the name that the page fills in; it proves nothing (OpenID Connect Core section 3.1.2.1)")),
        max_age.as_ref().map(|value| field("max_age", value, "how many seconds ago the person may have signed in; auth_time in the id token shows it (OpenID Connect Core section 3.1.2.1)")
            .without("a session from days ago would do for what needs the person here and now.", &[])),
    ];
    fields.into_iter().flatten().collect()
}

/// Which API the access token is for: sent with the authorization request and
/// with every token request (RFC 8707 section 2).
fn access(args: &BindingArgs) -> Result<Vec<Field>> {
    const AUDIENCE: &str = "which API the access token is for; not in a standard, but some servers need it to issue a token for an API";
    const RESOURCE: &str = "which API the access token is for: its aud (RFC 8707)";
    const WITHOUT: &str =
        "an API that gets the token could use it at every other API that trusts this server.";
    let mut fields = Vec::new();
    for audience in &args.audience {
        fields.push(field("audience", audience, AUDIENCE).without(WITHOUT, &[]));
    }
    for resource in &args.resource {
        let is_absolute = Url::parse(resource).is_ok_and(|uri| uri.fragment().is_none());
        if !is_absolute {
            let message =
                format!("--resource '{resource}' is not an absolute URI without a fragment");
            return Err(Failure::usage(message)
                .with_hint("for example https://api.example.com (RFC 8707 section 2)"));
        }
        fields.push(field("resource", resource, RESOURCE).without(WITHOUT, &[]));
    }
    Ok(fields)
}

fn dpop_jkt(key: &ProofKey) -> Field {
    const WHY: &str = "the thumbprint of this run's key: only who has that key can exchange the code (RFC 9449 section 10)";
    const WITHOUT: &str = "with a stolen code and its verifier, a thief could have the tokens bound to a key of their own.";
    field("dpop_jkt", key.thumbprint(), WHY).without(WITHOUT, &[])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn none_stands_alone_in_prompt() {
        for good in ["none", "login", "login consent", "create"] {
            assert!(check_prompt(Some(good)).is_ok(), "{good}");
        }
        for bad in ["", " ", "none login"] {
            assert!(check_prompt(Some(bad)).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_resource_is_an_absolute_uri_without_a_fragment() {
        let fields = |resource: &str| {
            access(&BindingArgs {
                resource: vec![resource.to_owned()],
                ..BindingArgs::default()
            })
        };
        for good in [
            "https://api.example.com/a?b=c",
            "urn:example:api",
            "myapp://api",
        ] {
            assert_eq!(fields(good).unwrap()[0].value, good);
        }
        for bad in ["api.example.com", "/api", "https://api.example.com/#a", ""] {
            assert!(fields(bad).is_err(), "{bad}");
        }
    }
}
