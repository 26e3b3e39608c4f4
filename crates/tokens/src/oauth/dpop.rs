//! Demonstrating Proof of Possession: RFC 9449. A token is bound to a key of this
//! run, and each request that carries it has a new proof that this program has
//! the key.

use common::{Failure, Result};
use reqwest::StatusCode;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::jwt::decode::{Jwt, plain_text};
use crate::jwt::proof_key::{ALGORITHM, ProofKey};
use crate::oauth::discovery::Provider;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token_response::ErrorResponse;
use crate::transcript::field::{Field, field};
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

/// Makes sure that the server takes proofs as this program makes them. One that
/// says nothing about it may still take them.
///
/// # Errors
/// If its discovery document lists other algorithms only.
pub(crate) fn ensure_supported(config: &ClientConfig, provider: &Provider) -> Result<()> {
    let (Some(_), Some(listed)) = (&config.proof_key, &provider.dpop_algorithms) else {
        return Ok(());
    };
    if listed.iter().any(|algorithm| algorithm == ALGORITHM) {
        return Ok(());
    }
    let message = format!(
        "The provider takes no proof that is signed with {ALGORITHM}, as --dpop makes it (RFC 9449 section 5.1)"
    );
    Err(Failure::failed(message).with_hint("leave out --dpop"))
}

/// Sends a request to the token endpoint, with a proof if there is a key.
///
/// # Errors
/// If there is no response, or a proof cannot be made.
pub(crate) async fn send(
    http: &Http,
    key: Option<&ProofKey>,
    request: Request,
) -> Result<Response> {
    match key {
        None => http.send(request).await,
        Some(key) => Ok(with_proof(http, key, request, None).await?.1),
    }
}

/// Sends a request that carries an access token: as a bearer token, or with a
/// proof of the key that it is bound to. Returns the request as it was sent last.
///
/// # Errors
/// As [`send`].
pub(crate) async fn present(
    http: &Http,
    key: Option<&ProofKey>,
    request: Request,
    access_token: &str,
) -> Result<(Request, Response)> {
    match key {
        None => {
            let sent = request.bearer(access_token);
            let response = http.send(sent.clone()).await?;
            Ok((sent, response))
        }
        Some(key) => {
            let bound = request.dpop_bound(access_token);
            with_proof(http, key, bound, Some(access_token)).await
        }
    }
}

/// Sends the request with a proof; once more if the server wants a nonce of its
/// own in it (sections 8 and 9).
async fn with_proof(
    http: &Http,
    key: &ProofKey,
    request: Request,
    access_token: Option<&str>,
) -> Result<(Request, Response)> {
    let (sent, response, is_new) = attempt(http, key, &request, access_token).await?;
    if is_new && wants_nonce(&response) {
        let (sent, response, _) = attempt(http, key, &request, access_token).await?;
        return Ok((sent, response));
    }
    Ok((sent, response))
}

/// Sends it once. An answer, whatever it says, may bring the nonce for the next
/// proof: returns whether it brought a new one.
async fn attempt(
    http: &Http,
    key: &ProofKey,
    request: &Request,
    access_token: Option<&str>,
) -> Result<(Request, Response, bool)> {
    let proof = key.proof(&request.method, &request.url, access_token)?;
    narrate(&http.transcript, request.to, &proof);
    let sent = request.clone().proof(&proof.raw);
    let response = http.send(sent.clone()).await?;
    let nonce = response.header("dpop-nonce");
    let is_new = nonce.is_some_and(|nonce| key.keep_nonce(&request.url, nonce));
    Ok((sent, response, is_new))
}

/// Whether the server refused because the proof lacks its nonce: the token
/// endpoint says so in its error, an API in its challenge.
fn wants_nonce(response: &Response) -> bool {
    let mut challenges = response.challenges();
    match response.status {
        StatusCode::UNAUTHORIZED if challenges.any(|text| text.contains("use_dpop_nonce")) => true,
        _ => ErrorResponse::of(response).is_some_and(|r| r.error == ErrorCode::UseDpopNonce),
    }
}

/// Explains the proof: its header and its claims.
fn narrate(transcript: &Transcript, to: &str, proof: &Jwt) {
    let heading = format!("DPoP: a proof for the {to}");
    let text = "A JWT for this one request, signed with a key that this program has made for this run and shows to nobody (RFC 9449 section 4.2).";
    let step = transcript.step(Channel::Here, &heading, text);
    step.fields(&fields(proof));
}

/// Header and claims of a proof, each with its purpose.
#[rustfmt::skip] // one line each
fn fields(proof: &Jwt) -> Vec<Field> {
    let value = |name: &str| {
        let value = proof.header.get(name).or(proof.payload.get(name));
        value.map(plain_text)
    };
    let known = [
        ("typ", "it can be taken for no other kind of token (RFC 8725 section 3.11)", ""),
        ("alg", "how it is signed", ""),
        ("jwk", "the public key; the server binds the tokens to it", "a token works for whoever has it: copied from a log, a proxy or this terminal, it opens the API for a thief too."),
        ("htm", "the request's method", ""),
        ("htu", "the request's address", "an API that gets the proof could use it at another API."),
        ("iat", "when it was made: it is good for moments", ""),
        ("jti", "its own id: a server can refuse to take it twice", "whoever sees the request could send it again."),
        ("ath", "the hash of the access token that goes with it", "the proof could be used with another token of the same key."),
        ("nonce", "from the server, so that the proof was not made beforehand (RFC 9449 section 8)", "whoever could use the key for a moment could make proofs for later."),
    ];
    let present = known.iter().filter_map(|(name, why, without)| {
        Some(field(*name, value(name)?, why).without(without, &[]))
    });
    present.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_refusal_for_the_nonce_asks_for_one() {
        let nonce = r#"DPoP error="use_dpop_nonce""#;
        let token = r#"DPoP error="invalid_token""#;
        let error = r#"{"error": "use_dpop_nonce"}"#;
        for (status, challenge, body, expected) in [
            (401, nonce, "", true),
            (401, token, "", false),
            (401, "", error, true),
            (400, "", error, true),
            (400, "", r#"{"error": "invalid_grant"}"#, false),
            (200, nonce, error, false),
        ] {
            let response = Response::of_tests(status, Some(challenge), body);
            let found = wants_nonce(&response);
            assert_eq!(found, expected, "{status} {challenge} {body}");
        }
    }
}
