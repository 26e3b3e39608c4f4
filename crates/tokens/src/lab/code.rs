//! Experiments with the authorization code. They share one sign-in: a refused
//! attempt leaves the code usable, and the exchange afterwards proves that it was.

use common::Result;

use super::attack::{INJECTION, NO_VERIFIER, OTHER_CLIENT, WRONG_VERIFIER};
use super::experiment::Outcome;
use super::server::judge;
use super::session::Session;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token_response::ErrorResponse;

pub(super) async fn wrong_verifier(session: &mut Session<'_>) -> Result<Outcome> {
    let response = session.attempt(WRONG_VERIFIER).await?;
    let what = "an unused code, and another random code_verifier";
    Ok(judge(session, &response, what, &[ErrorCode::InvalidGrant]))
}

pub(super) async fn code_injection(session: &mut Session<'_>) -> Result<Outcome> {
    let response = session.attempt(INJECTION).await?;
    let what =
        "an unused code of the victim, and the code_verifier of another sign-in at this client";
    Ok(judge(session, &response, what, &[ErrorCode::InvalidGrant]))
}

pub(super) async fn no_verifier(session: &mut Session<'_>) -> Result<Outcome> {
    let response = session.attempt(NO_VERIFIER).await?;
    let errors = [ErrorCode::InvalidGrant, ErrorCode::InvalidRequest];
    let what = "an unused code, and no code_verifier";
    Ok(judge(session, &response, what, &errors))
}

pub(super) async fn other_client(session: &mut Session<'_>) -> Result<Outcome> {
    let response = session.attempt(OTHER_CLIENT).await?;
    // The pool has one client. A server that looks the client up first cannot
    // show how it would respond to a second one.
    let refusal = ErrorResponse::of(&response);
    if refusal.is_some_and(|refusal| refusal.error == ErrorCode::InvalidClient) {
        let why = "the server does not know the other client, and the pool has no second one";
        return Ok(Outcome::not_shown(why));
    }
    let what = "an unused code with its code_verifier, and another client_id";
    Ok(judge(session, &response, what, &[ErrorCode::InvalidGrant]))
}

pub(super) async fn code_twice(session: &mut Session<'_>) -> Result<Outcome> {
    let response = session.second_exchange().await?;
    let what = "the same form that gave tokens a moment ago, code and code_verifier included";
    Ok(judge(session, &response, what, &[ErrorCode::InvalidGrant]))
}
