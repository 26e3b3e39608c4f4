//! Experiments at the sign-in server.

use common::text::printable;
use common::{Failure, Result};
use http_client::hosts::secure_url;

use super::experiment::Outcome;
use super::session::Session;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::pkce::CodeVerifier;
use crate::oauth::token;
use crate::oauth::token_response::ErrorResponse;
use crate::transcript::field::{Field, Secrecy, field};

/// Posts a form to the token endpoint, which must refuse with one of `errors`.
async fn try_form(
    session: &Session<'_>,
    form: Vec<Field>,
    what: &str,
    errors: &[ErrorCode],
) -> Result<Outcome> {
    let response = post_form(session, form).await?;
    Ok(judge(session, &response, what, errors))
}

/// Passed if the token endpoint refused with one of `errors`.
fn judge(session: &Session<'_>, response: &Response, what: &str, errors: &[ErrorCode]) -> Outcome {
    let refusal = ErrorResponse::of(response);
    let refused = refusal.is_some_and(|refusal| errors.contains(&refusal.error));
    let otherwise = if response.status.is_success() {
        "the token endpoint gave tokens".to_owned()
    } else {
        let names: Vec<String> = errors.iter().map(ErrorCode::to_string).collect();
        format!("refused, but not with {}", names.join(" or "))
    };
    let request = format!("POST {}\n{what}", session.provider.token_endpoint);
    Outcome::judge(request, describe(response), refused, &otherwise)
}

async fn post_form(session: &Session<'_>, form: Vec<Field>) -> Result<Response> {
    const WHY: &str = "The experiment's request.";
    let endpoint = session.provider.token_endpoint.clone();
    session
        .http
        .send(Request::post("token endpoint", WHY, endpoint, form))
        .await
}

/// The status and the error of a response; never its tokens.
pub(super) fn describe(response: &Response) -> String {
    match ErrorResponse::of(response) {
        Some(error) => format!("{} {error}", response.status),
        None => response.status.to_string(),
    }
}

pub(super) async fn code_twice(session: &mut Session<'_>) -> Result<Outcome> {
    let (request, code) = session.code(&session.config.scopes.clone()).await?;
    let form = token::code_form(session.config, &code, Some(&request.code_verifier));
    let first = post_form(session, form.clone()).await?;
    if !first.status.is_success() {
        return Err(Failure::failed(format!(
            "The first exchange of the code failed: {}",
            describe(&first)
        )));
    }
    let what = "the same form that gave tokens a moment ago, code and code_verifier included";
    try_form(session, form, what, &[ErrorCode::InvalidGrant]).await
}

pub(super) async fn wrong_verifier(session: &mut Session<'_>) -> Result<Outcome> {
    let (_, code) = session.code(&session.config.scopes.clone()).await?;
    let form = token::code_form(session.config, &code, Some(&CodeVerifier::generate()));
    try_form(
        session,
        form,
        "a fresh code, and another random code_verifier",
        &[ErrorCode::InvalidGrant],
    )
    .await
}

pub(super) async fn no_verifier(session: &mut Session<'_>) -> Result<Outcome> {
    let (_, code) = session.code(&session.config.scopes.clone()).await?;
    let form = token::code_form(session.config, &code, None);
    let errors = [ErrorCode::InvalidGrant, ErrorCode::InvalidRequest];
    try_form(session, form, "a fresh code, and no code_verifier", &errors).await
}

pub(super) async fn other_client(session: &mut Session<'_>) -> Result<Outcome> {
    let (request, code) = session.code(&session.config.scopes.clone()).await?;
    let mut form = token::code_form(session.config, &code, Some(&request.code_verifier));
    for field in form.iter_mut().filter(|field| field.name == "client_id") {
        field.value = "anotherclient0000000000000".into();
    }
    let what = "a fresh code with its code_verifier, and another client_id";
    let response = post_form(session, form).await?;
    // The pool has one client. A server that looks the client up first cannot
    // show how it would respond to a second one.
    let refusal = ErrorResponse::of(&response);
    if refusal.is_some_and(|refusal| refusal.error == ErrorCode::InvalidClient) {
        return Ok(Outcome::not_shown(
            "the server does not know the other client, and the pool has no second one",
        ));
    }
    Ok(judge(session, &response, what, &[ErrorCode::InvalidGrant]))
}

pub(super) async fn revoked_refresh_token(session: &mut Session<'_>) -> Result<Outcome> {
    let (request, code) = session.code(&session.config.scopes.clone()).await?;
    let tokens = token::exchange(
        session.http,
        session.config,
        session.provider,
        &request,
        &code,
    )
    .await?;
    let Some(refresh_token) = tokens.response.refresh_token else {
        return Ok(Outcome::not_shown("the server gives no refresh tokens"));
    };
    // It works before, so only the revocation can be the reason for a refusal.
    token::refresh(
        session.http,
        session.config,
        session.provider,
        &refresh_token,
    )
    .await?;
    let revoked_at = match &session.provider.revocation_endpoint {
        Some(endpoint) => {
            token::revoke(session.http, session.config, endpoint, &refresh_token).await?;
            "the revocation_endpoint"
        }
        None => {
            revoke_at_cognito(session, &refresh_token).await?;
            "Cognito's RevokeToken, because the discovery document names no revocation_endpoint"
        }
    };
    let form = token::refresh_form(session.config, &refresh_token);
    let what = format!(
        "grant_type=refresh_token with a token that worked, then was revoked at {revoked_at}"
    );
    try_form(session, form, &what, &[ErrorCode::InvalidGrant]).await
}

async fn revoke_at_cognito(session: &Session<'_>, refresh_token: &str) -> Result<()> {
    let fields = vec![
        field("Token", refresh_token, "what is to be revoked").with(Secrecy::Credential),
        field(
            "ClientId",
            &session.config.client_id,
            "the client that it was issued to",
        ),
    ];
    let answer = cognito(session, "RevokeToken", fields).await?;
    if answer.status.is_success() {
        return Ok(());
    }
    let text = printable(&answer.text());
    Err(Failure::failed(format!("RevokeToken failed: {text}")))
}

/// Calls an operation of Cognito's API that needs no AWS credentials.
async fn cognito(session: &Session<'_>, operation: &str, fields: Vec<Field>) -> Result<Response> {
    const WHY: &str = "An operation of Cognito that anyone who knows the client_id may call.";
    let url = secure_url("address of Cognito", &format!("{}/", session.cognito))?;
    let mut request = Request::post("Cognito API", WHY, url, fields);
    request.json = true;
    request.headers.push((
        "X-Amz-Target",
        format!("AWSCognitoIdentityProviderService.{operation}"),
    ));
    request
        .headers
        .push(("Content-Type", "application/x-amz-json-1.1".to_owned()));
    session.http.send(request).await
}

pub(super) async fn password_login(session: &mut Session<'_>) -> Result<Outcome> {
    let fields = vec![
        field(
            "AuthFlow",
            "USER_PASSWORD_AUTH",
            "the app itself sends user name and password",
        ),
        field("ClientId", &session.config.client_id, "our client"),
        field(
            "AuthParameters.USERNAME",
            &session.config.username,
            "the test user",
        ),
        field(
            "AuthParameters.PASSWORD",
            "not-the-password",
            "never checked: the flow itself is refused",
        ),
    ];
    let answer = cognito(session, "InitiateAuth", fields).await?;
    let body = answer.text();
    let refused = answer.status.is_client_error() && body.contains("flow not enabled");
    let request = format!(
        "POST {}/ InitiateAuth\nwith AuthFlow=USER_PASSWORD_AUTH",
        session.cognito
    );
    let text = format!("{} {}", answer.status, printable(&body));
    // A local cloud may check the password first. That proves nothing, as this
    // password is wrong everywhere.
    let is_aws = session.cognito.contains("amazonaws.com");
    if !refused && answer.status.is_client_error() && !is_aws {
        return Ok(Outcome::not_shown(format!(
            "this cloud checks the password although the client has no password flow ({text}); AWS refuses the flow"
        )));
    }
    Ok(Outcome::judge(
        request,
        text,
        refused,
        "it was not refused for being a password flow",
    ))
}
