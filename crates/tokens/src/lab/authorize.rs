//! Experiments at the authorization endpoint: how the sign-in server responds
//! before anyone has signed in.

use common::Result;

use super::answer::Answer;
use super::experiment::Outcome;
use super::session::Session;
use crate::config::redirect_uri::RedirectUri;
use crate::http::navigation;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::oauth::error_code::ErrorCode;

/// What was sent to the authorization endpoint, for the outcome.
fn shown(session: &Session<'_>, changed: &str) -> String {
    format!("GET {}\n{changed}", session.authorization_endpoint)
}

/// Sends an authorization request with one parameter changed.
async fn authorize_with(session: &Session<'_>, name: &str, value: &str) -> Result<Answer> {
    let request = session.request();
    let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let changed = pairs.iter().map(|(key, sent)| {
        let sent = if key == name { value } else { sent };
        (key, sent)
    });
    let mut url = request.url.clone();
    url.query_pairs_mut().clear().extend_pairs(changed);
    visit(session, AuthorizationRequest { url, ..request }).await
}

async fn visit(session: &Session<'_>, request: AuthorizationRequest) -> Result<Answer> {
    let expected = ExpectedResponse::to(&request, session.provider);
    let visited = navigation::visit(&session.http.transcript, &request.url).await?;
    let redirect_uri = &request.redirect_uri;
    Ok(Answer::of(visited, redirect_uri, &expected))
}

/// Whether the server refuses the request as it should be. Then it refuses a
/// changed one perhaps for the same reason, whatever that is.
async fn refuses_any(session: &Session<'_>) -> Result<bool> {
    Ok(visit(session, session.request()).await?.is_refusal())
}

const REFUSES_ANY: &str = "the server refuses the unchanged request too";

pub(super) async fn other_redirect(session: &mut Session<'_>) -> Result<Outcome> {
    let evil = format!("{}/evil", session.redirect_uri().uri);
    let answer = authorize_with(session, "redirect_uri", &evil).await?;
    let request = shown(session, &format!("with redirect_uri={evil}"));
    let is_error_page = matches!(answer, Answer::ErrorPage(..));
    let otherwise = match &answer {
        Answer::ErrorPage(..) => REFUSES_ANY,
        Answer::SignInForm(_) | Answer::OtherPage(_) => "the server does not refuse the address",
        Answer::Back(_) | Answer::Elsewhere(_) => {
            "the browser was sent to an address that is not registered"
        }
    };
    let refused = is_error_page && !refuses_any(session).await?;
    let detail = if refused {
        ", no redirect to that address"
    } else {
        ""
    };
    let answer = format!("{answer}{detail}");
    Ok(Outcome::judge(request, answer, refused, otherwise))
}

/// Addresses that look like the registered one, each with what is changed.
fn tricks(registered: &RedirectUri) -> [(&'static str, String); 7] {
    let RedirectUri {
        uri, path, port, ..
    } = registered;
    let authority = registered.authority();
    [
        ("a parameter", format!("{uri}?next=https://evil.example")),
        ("a fragment", format!("{uri}#evil")),
        ("a longer path", format!("{uri}.evil")),
        ("a path with ..", format!("{uri}/../evil")),
        (
            "a host that begins like it",
            format!("http://localhost.evil.example:{port}{path}"),
        ),
        (
            "a user name that looks like the host",
            format!("http://{authority}@evil.example{path}"),
        ),
        ("another scheme", uri.replacen("http:", "evil:", 1)),
    ]
}

pub(super) async fn redirect_tricks(session: &mut Session<'_>) -> Result<Outcome> {
    let tricks = tricks(session.redirect_uri());
    let mut answers = Vec::new();
    let mut taken = Vec::new();
    for (what, uri) in &tricks {
        let answer = authorize_with(session, "redirect_uri", uri).await?;
        if !matches!(answer, Answer::ErrorPage(..)) {
            taken.push(*what);
        }
        answers.push(format!("{what}: {answer}"));
    }
    let uris: Vec<&str> = tricks.iter().map(|(_, uri)| &**uri).collect();
    let tried = format!("with each of these as redirect_uri:\n{}", uris.join("\n"));
    let request = shown(session, &tried);
    let refuses_any = refuses_any(session).await?;
    let otherwise = if refuses_any {
        REFUSES_ANY.to_owned()
    } else {
        format!("the server took {}", taken.join(", "))
    };
    let refused = taken.is_empty() && !refuses_any;
    let answer = answers.join("\n");
    Ok(Outcome::judge(request, answer, refused, &otherwise))
}

pub(super) async fn pkce_downgrade(session: &mut Session<'_>) -> Result<Outcome> {
    // With `plain` the challenge is the verifier: whoever sees the request has
    // the secret. An attacker between browser and server would ask for that.
    let answer = authorize_with(session, "code_challenge_method", "plain").await?;
    let request = shown(session, "with code_challenge_method=plain");
    let refused = match &answer {
        Answer::ErrorPage(..) => true,
        answer => answer.reason() == Some(ErrorCode::InvalidRequest),
    };
    let otherwise = match &answer {
        Answer::SignInForm(_) => "the server shows its sign-in page",
        _ => "it was not refused as invalid_request",
    };
    Ok(Outcome::judge(request, answer, refused, otherwise))
}

pub(super) async fn other_scope(session: &mut Session<'_>) -> Result<Outcome> {
    let Some(scope) = session
        .config
        .known_scopes
        .iter()
        .flatten()
        .find(|scope| scope.contains('/') && !session.config.scopes.contains(scope))
        .cloned()
    else {
        return Ok(Outcome::not_shown(
            "the client may request every scope that exists",
        ));
    };
    let answer = authorize_with(session, "scope", &format!("openid {scope}")).await?;
    let request = shown(session, &format!("with scope=\"openid {scope}\""));
    let refused = answer.reason() == Some(ErrorCode::InvalidScope);
    let otherwise = match &answer {
        Answer::Back(Ok(AuthorizationResponse::Code(_))) => "the server gave a code",
        Answer::Back(Ok(_)) => "refused, but not for its scope",
        Answer::Back(Err(_)) => "no answer to our request",
        _ => "the server did not answer the client with an error",
    };
    Ok(Outcome::judge(request, answer, refused, otherwise))
}
