//! What attackers make of the authorization request, and send to the token
//! endpoint with a code that they have caught.

use crate::config::client::ClientConfig;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::pkce::CodeVerifier;
use crate::oauth::token::code_form;
use crate::transcript::field::Field;

pub(super) const TWICE: &str = "code-twice";
pub(super) const WRONG_VERIFIER: &str = "wrong-verifier";
pub(super) const NO_VERIFIER: &str = "no-verifier";
pub(super) const OTHER_CLIENT: &str = "other-client";
pub(super) const INJECTION: &str = "code-injection";
pub(super) const PKCE_REMOVED: &str = "pkce-removed";

/// The request as an attacker in the browser passes it on: without PKCE.
pub(super) fn without_challenge(request: AuthorizationRequest) -> AuthorizationRequest {
    let is_kept = |name: &str| !["code_challenge", "code_challenge_method"].contains(&name);
    let pairs = request.url.query_pairs().into_owned();
    let kept: Vec<(String, String)> = pairs.filter(|(name, _)| is_kept(name)).collect();
    let mut url = request.url.clone();
    url.query_pairs_mut().clear().extend_pairs(kept);
    let mut fields = request.fields;
    fields.retain(|field| is_kept(&field.name));
    AuthorizationRequest {
        url,
        fields,
        ..request
    }
}

/// The form that an experiment sends, given a code, its request
/// and another request of this client. `None` for
/// an experiment that does not attack a fresh code.
pub(super) fn form(
    experiment: &str,
    config: &ClientConfig,
    request: &AuthorizationRequest,
    other: &AuthorizationRequest,
    code: &str,
) -> Option<Vec<Field>> {
    let with = |verifier| code_form(config, &request.redirect_uri, code, verifier);
    match experiment {
        WRONG_VERIFIER => Some(with(Some(&CodeVerifier::generate()))),
        // The attacker's own request was this client's too: its verifier is a
        // good one, of another login.
        INJECTION => Some(with(Some(&other.code_verifier))),
        NO_VERIFIER => Some(with(None)),
        OTHER_CLIENT => {
            let mut form = with(Some(&request.code_verifier));
            for field in form.iter_mut().filter(|field| field.name == "client_id") {
                field.value = "anotherclient0000000000000".into();
            }
            Some(form)
        }
        _ => None,
    }
}
