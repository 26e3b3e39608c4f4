//! Experiments at the sign-in server.

use api_core::{Failure, Result};

use super::Lab;
use super::experiment::Report;
use crate::crypto;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::oauth::response::printable;
use crate::oauth::token::{self, Refusal};
use crate::output::transcript::{Field, field, hidden};
use api_http::hosts::secure_url;

/// Sends a form to the token endpoint, which must refuse with one of `errors`.
async fn try_form(lab: &Lab<'_>, form: Vec<Field>, what: &str, errors: &[&str]) -> Result<Report> {
    let answer = ask(lab, form).await?;
    let refusal = Refusal::of(&answer);
    let refused = refusal
        .as_ref()
        .is_some_and(|refusal| errors.contains(&refusal.error.as_str()));
    let otherwise = match answer.status.is_success() {
        true => "the token endpoint gave tokens".to_owned(),
        false => format!("refused, but not with {}", errors.join(" or ")),
    };
    let request = format!("POST {}\n{what}", lab.provider.token_endpoint);
    Ok(Report::judge(request, told(&answer), refused, &otherwise))
}

async fn ask(lab: &Lab<'_>, form: Vec<Field>) -> Result<Answer> {
    const WHY: &str = "The experiment's request.";
    let endpoint = lab.provider.token_endpoint.clone();
    lab.http
        .send(Call::post("token endpoint", WHY, endpoint, form))
        .await
}

/// An answer's status and error; never tokens.
pub(super) fn told(answer: &Answer) -> String {
    match Refusal::of(answer) {
        Some(refusal) => format!("{} {}", answer.status, refusal.text()),
        None => answer.status.to_string(),
    }
}

pub(super) async fn code_twice(lab: &mut Lab<'_>) -> Result<Report> {
    let (asked, code) = lab.code(&lab.app.scopes.clone()).await?;
    let form = token::code_form(lab.app, &code, Some(&asked.code_verifier));
    let first = ask(lab, form.clone()).await?;
    if !first.status.is_success() {
        return Err(Failure::failed(format!(
            "The first exchange of the code failed: {}",
            told(&first)
        )));
    }
    let what = "the same form that gave tokens a moment ago, code and code_verifier included";
    try_form(lab, form, what, &["invalid_grant"]).await
}

pub(super) async fn wrong_verifier(lab: &mut Lab<'_>) -> Result<Report> {
    let (_, code) = lab.code(&lab.app.scopes.clone()).await?;
    let form = token::code_form(lab.app, &code, Some(&crypto::random()));
    try_form(
        lab,
        form,
        "a fresh code, and another random code_verifier",
        &["invalid_grant"],
    )
    .await
}

pub(super) async fn no_verifier(lab: &mut Lab<'_>) -> Result<Report> {
    let (_, code) = lab.code(&lab.app.scopes.clone()).await?;
    let form = token::code_form(lab.app, &code, None);
    let errors = ["invalid_grant", "invalid_request"];
    try_form(lab, form, "a fresh code, and no code_verifier", &errors).await
}

pub(super) async fn other_client(lab: &mut Lab<'_>) -> Result<Report> {
    let (asked, code) = lab.code(&lab.app.scopes.clone()).await?;
    let mut form = token::code_form(lab.app, &code, Some(&asked.code_verifier));
    for field in form.iter_mut().filter(|field| field.name == "client_id") {
        field.value = "anotherclient0000000000000".into();
    }
    let what = "a fresh code with its code_verifier, and another client_id";
    let report = try_form(lab, form, what, &["invalid_grant"]).await?;
    // The pool has one client. A server that looks the client up first cannot
    // show what it would say to a second one.
    Ok(match report.answer.contains("invalid_client") {
        true => Report::not_shown(
            "the server does not know the other client, and the pool has no second one",
        ),
        false => report,
    })
}

pub(super) async fn revoked_refresh_token(lab: &mut Lab<'_>) -> Result<Report> {
    let (asked, code) = lab.code(&lab.app.scopes.clone()).await?;
    let tokens = token::exchange(lab.http, lab.app, lab.provider, &asked, &code).await?;
    let Some(refresh_token) = tokens.refresh_token else {
        return Ok(Report::not_shown("the server gives no refresh tokens"));
    };
    // It works before: only the revocation can be the reason.
    token::refresh(lab.http, lab.app, lab.provider, &refresh_token).await?;
    let revoked_at = match &lab.provider.revocation_endpoint {
        Some(endpoint) => {
            token::revoke(lab.http, lab.app, endpoint, &refresh_token).await?;
            "the revocation_endpoint"
        }
        None => {
            revoke_at_cognito(lab, &refresh_token).await?;
            "Cognito's RevokeToken, for the discovery document names no revocation_endpoint"
        }
    };
    let form = token::refresh_form(lab.app, &refresh_token);
    let what = format!(
        "grant_type=refresh_token with a token that worked, then was revoked at {revoked_at}"
    );
    try_form(lab, form, &what, &["invalid_grant"]).await
}

async fn revoke_at_cognito(lab: &Lab<'_>, refresh_token: &str) -> Result<()> {
    let fields = vec![
        hidden("Token", refresh_token, "what is to be revoked"),
        field(
            "ClientId",
            &lab.app.client_id,
            "the client that it was given to",
        ),
    ];
    let answer = cognito(lab, "RevokeToken", fields).await?;
    match answer.status.is_success() {
        true => Ok(()),
        false => Err(Failure::failed(format!(
            "RevokeToken failed: {}",
            printable(&answer.text())
        ))),
    }
}

/// An operation of Cognito's that needs no AWS credentials.
async fn cognito(lab: &Lab<'_>, operation: &str, fields: Vec<Field>) -> Result<Answer> {
    const WHY: &str = "An operation of Cognito's that anyone may call who knows the client_id.";
    let url = secure_url("address of Cognito", &format!("{}/", lab.cognito))?;
    let mut call = Call::post("Cognito API", WHY, url, fields);
    call.json = true;
    call.headers.push((
        "X-Amz-Target",
        format!("AWSCognitoIdentityProviderService.{operation}"),
    ));
    call.headers
        .push(("Content-Type", "application/x-amz-json-1.1".to_owned()));
    lab.http.send(call).await
}

pub(super) async fn password_login(lab: &mut Lab<'_>) -> Result<Report> {
    let fields = vec![
        field(
            "AuthFlow",
            "USER_PASSWORD_AUTH",
            "user name and password from the app itself",
        ),
        field("ClientId", &lab.app.client_id, "our client"),
        field(
            "AuthParameters.USERNAME",
            &lab.app.username,
            "the test user",
        ),
        field(
            "AuthParameters.PASSWORD",
            "not-the-password",
            "never looked at: the flow itself is refused",
        ),
    ];
    let answer = cognito(lab, "InitiateAuth", fields).await?;
    let body = answer.text();
    let refused = answer.status.is_client_error() && body.contains("flow not enabled");
    let request = format!(
        "POST {}/ InitiateAuth\nwith AuthFlow=USER_PASSWORD_AUTH",
        lab.cognito
    );
    let said = format!("{} {}", answer.status, printable(&body));
    // A local cloud may look at the password first. That shows nothing: with
    // this password nobody gets in anywhere.
    let is_aws = lab.cognito.contains("amazonaws.com");
    if !refused && answer.status.is_client_error() && !is_aws {
        return Ok(Report::not_shown(format!(
            "this cloud looks at the password although the client has no password flow ({said}); AWS refuses the flow"
        )));
    }
    Ok(Report::judge(
        request,
        said,
        refused,
        "the client's password flow is not what was refused",
    ))
}
