//! Experiments at the sign-in server.

use common::text::printable;
use common::{Failure, Result};
use http_client::hosts::secure_url;
use serde::Deserialize;

use super::answer::describe;
use super::experiment::Outcome;
use super::session::Session;
use crate::http::request::Request;
use crate::http::response::Response;
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token;
use crate::oauth::token_response::ErrorResponse;
use crate::transcript::field::{Field, Secrecy, field};

/// Passed if the token endpoint refused `what` with one of `errors`.
pub(super) fn judge(
    session: &Session<'_>,
    response: &Response,
    what: &str,
    errors: &[ErrorCode],
) -> Outcome {
    let request = format!("POST {}\n{what}", session.provider.token_endpoint);
    judge_refusal(request, response, errors)
}

/// Passed if the response is a refusal with one of `errors`.
pub(super) fn judge_refusal(request: String, response: &Response, errors: &[ErrorCode]) -> Outcome {
    let refusal = ErrorResponse::of(response);
    let refused = refusal.is_some_and(|refusal| errors.contains(&refusal.error));
    let otherwise = if response.status.is_success() {
        "the token endpoint gave tokens".to_owned()
    } else {
        let names: Vec<String> = errors.iter().map(ErrorCode::to_string).collect();
        format!("refused, but not with {}", names.join(" or "))
    };
    Outcome::judge(request, describe(response), refused, &otherwise)
}

pub(super) async fn revoked_refresh_token(session: &mut Session<'_>) -> Result<Outcome> {
    let (http, config, provider) = (session.http, session.config, session.provider);
    // It must work before, or the revocation would not be the reason for the
    // refusal.
    let Some((_, refresh_token)) = session.refresh().await? else {
        return Ok(Outcome::not_shown("the server gives no refresh tokens"));
    };
    let revoked_at = if let Some(endpoint) = &provider.revocation_endpoint {
        token::revoke(http, config, provider, endpoint, &refresh_token).await?;
        "the revocation_endpoint"
    } else {
        revoke_at_cognito(session, &refresh_token).await?;
        "Cognito's RevokeToken, because the discovery document names no revocation_endpoint"
    };
    let form = token::refresh_form(config, &refresh_token);
    let what = format!(
        "grant_type=refresh_token with a token that worked, then was revoked at {revoked_at}"
    );
    let response = session.post_form(form).await?;
    Ok(judge(session, &response, &what, &[ErrorCode::InvalidGrant]))
}

async fn revoke_at_cognito(session: &Session<'_>, refresh_token: &str) -> Result<()> {
    let client_id = &session.config.client_id;
    let fields = vec![
        field("Token", refresh_token, "what is to be revoked").with(Secrecy::Credential),
        field("ClientId", client_id, "the client that it was issued to"),
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
    let target = format!("AWSCognitoIdentityProviderService.{operation}");
    let mut request = Request::post("Cognito API", WHY, url, fields);
    request.json = true;
    request.headers = vec![
        ("X-Amz-Target", target),
        ("Content-Type", "application/x-amz-json-1.1".to_owned()),
    ];
    session.http.send(request).await
}

#[rustfmt::skip] // one line per field
pub(super) async fn password_login(session: &mut Session<'_>) -> Result<Outcome> {
    let config = session.config;
    let fields = vec![
        field("AuthFlow", "USER_PASSWORD_AUTH", "the app itself sends user name and password"),
        field("ClientId", &config.client_id, "our client"),
        field("AuthParameters.USERNAME", config.username.clone().unwrap_or_default(), "the test user"),
        field("AuthParameters.PASSWORD", "not-the-password", "never checked: the flow itself is refused"),
    ];
    let answer = cognito(session, "InitiateAuth", fields).await?;
    let error: Option<CognitoError> = answer.json();
    let refused = error.is_some_and(|error| error.is(FLOW_NOT_ENABLED));
    let request = format!(
        "POST {}/ InitiateAuth\nwith AuthFlow=USER_PASSWORD_AUTH",
        session.cognito
    );
    let text = format!("{} {}", answer.status, printable(&answer.text()));
    // An emulator may check the password first, which is wrong everywhere.
    let emulated = session.config.endpoint_url.is_some();
    let lacks = "this cloud checks the password although the client has no password flow; AWS refuses the flow";
    let otherwise = "it was not refused for being a password flow";
    let outcome = Outcome::judge(request, text, refused, otherwise);
    Ok(outcome.unless_emulated(emulated && answer.status.is_client_error(), lacks))
}

/// The code of InitiateAuth for a flow that the client does not have. A wrong
/// password has another, NotAuthorizedException.
const FLOW_NOT_ENABLED: &str = "InvalidParameterException";

/// An error of Cognito's API, in the protocol AWS JSON 1.1.
#[derive(Deserialize)]
struct CognitoError {
    #[serde(rename = "__type")]
    kind: String,
}

impl CognitoError {
    /// Whether it has this code, with or without a namespace before it.
    fn is(&self, code: &str) -> bool {
        self.kind.rsplit('#').next() == Some(code)
    }
}
