//! Experiments at the authorization endpoint: how the sign-in server responds
//! before anyone has signed in.

use common::Result;

use super::experiment::Outcome;
use super::server::describe;
use super::session::Session;
use crate::config::redirect_uri::RedirectUri;
use crate::http::navigation::{self, Navigation};
use crate::http::request::without_query;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::oauth::error_code::ErrorCode;
use crate::signin::form;

/// Sends an authorization request with one parameter changed.
async fn authorize_with(
    session: &Session<'_>,
    name: &str,
    value: &str,
) -> Result<(AuthorizationRequest, Navigation)> {
    let request = session.request();
    let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let changed = pairs.into_iter().map(|(key, sent)| {
        let sent = if key == name { value.to_owned() } else { sent };
        (key, sent)
    });
    let mut url = request.url.clone();
    url.query_pairs_mut().clear().extend_pairs(changed);
    let navigation = navigation::visit(&session.http.transcript, &url).await?;
    Ok((request, navigation))
}

pub(super) async fn other_redirect(session: &mut Session<'_>) -> Result<Outcome> {
    let evil = format!("{}/evil", session.redirect_uri().uri);
    let (_, navigation) = authorize_with(session, "redirect_uri", &evil).await?;
    let request = format!(
        "GET {}\nwith redirect_uri={evil}",
        session.provider.authorization_endpoint
    );
    let refused = refuses(&navigation);
    Ok(match navigation {
        Navigation::Elsewhere(to) => Outcome::judge(
            request,
            format!("a redirect to {}", without_query(&to)),
            false,
            "the browser was sent to an address that is not registered",
        ),
        Navigation::Page(url, page) => {
            let query = url.query().unwrap_or_default();
            let named = format!("{query} {}", page.text()).contains("redirect");
            let answer = format!("{}, no redirect to that address", describe(&page));
            Outcome::judge(
                request,
                answer,
                refused && named,
                "the page does not say that the redirect_uri is the reason",
            )
        }
    })
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
        let (_, navigation) = authorize_with(session, "redirect_uri", uri).await?;
        let answer = match &navigation {
            Navigation::Elsewhere(to) => format!("a redirect to {}", without_query(to)),
            Navigation::Page(_, page) => describe(page),
        };
        if !refuses(&navigation) {
            taken.push(*what);
        }
        answers.push(format!("{what}: {answer}"));
    }
    let uris: Vec<&str> = tricks.iter().map(|(_, uri)| &**uri).collect();
    let request = format!(
        "GET {}\nwith each of these as redirect_uri:\n{}",
        session.provider.authorization_endpoint,
        uris.join("\n")
    );
    let otherwise = format!("the server took {}", taken.join(", "));
    Ok(Outcome::judge(
        request,
        answers.join("\n"),
        taken.is_empty(),
        &otherwise,
    ))
}

/// Whether the server shows an error instead of a redirect or a sign-in form.
fn refuses(navigation: &Navigation) -> bool {
    let Navigation::Page(url, page) = navigation else {
        return false;
    };
    let query = url.query().unwrap_or_default();
    let is_error = !page.status.is_success() || query.contains("error=");
    is_error && form::sign_in_form(&page.text()).is_none()
}

pub(super) async fn pkce_downgrade(session: &mut Session<'_>) -> Result<Outcome> {
    // With `plain` the challenge is the verifier: whoever sees the request has
    // the secret. An attacker between browser and server would ask for that.
    let (sent, navigation) = authorize_with(session, "code_challenge_method", "plain").await?;
    let request = format!(
        "GET {}\nwith code_challenge_method=plain",
        session.provider.authorization_endpoint
    );
    Ok(match navigation {
        Navigation::Page(_, page) => {
            let form = form::sign_in_form(&page.text()).is_some();
            let answer = describe(&page);
            let refused = !form && page.status.is_client_error();
            Outcome::judge(
                request,
                answer,
                refused,
                "the server shows its sign-in page",
            )
        }
        Navigation::Elsewhere(to) => {
            let expected = ExpectedResponse::to(&sent, session.provider);
            let response = expected.parse_url(&sent.redirect_uri, to.as_str());
            let reason = response
                .as_ref()
                .ok()
                .and_then(AuthorizationResponse::reason);
            let answer = match &reason {
                Some(error) => format!("back to redirect_uri: {error}"),
                None => format!("a redirect to {}", without_query(&to)),
            };
            let refused = reason == Some(ErrorCode::InvalidRequest);
            Outcome::judge(
                request,
                answer,
                refused,
                "it was not refused as invalid_request",
            )
        }
    })
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
    let (sent, navigation) = authorize_with(session, "scope", &format!("openid {scope}")).await?;
    let request = format!(
        "GET {}\nwith scope=\"openid {scope}\"",
        session.provider.authorization_endpoint
    );
    let expected = ExpectedResponse::to(&sent, session.provider);
    let response = match navigation {
        Navigation::Elsewhere(to) => expected.parse_url(&sent.redirect_uri, to.as_str()),
        Navigation::Page(_, page) => {
            let text = format!("a page: {}", describe(&page));
            return Ok(Outcome::judge(
                request,
                text,
                false,
                "the server did not answer the client with an error",
            ));
        }
    };
    Ok(match response {
        Ok(AuthorizationResponse::Code(_)) => {
            Outcome::judge(request, "a code", false, "the server gave a code")
        }
        Ok(response) => {
            let refused = response.reason() == Some(ErrorCode::InvalidScope);
            let error = response
                .code(session.config.server.hints)
                .err()
                .map(|error| error.to_string());
            let answer = format!("back to redirect_uri: {}", error.unwrap_or_default());
            Outcome::judge(request, answer, refused, "refused, but not for its scope")
        }
        Err(why) => Outcome::judge(
            request,
            format!("an answer that is not ours: {why}"),
            false,
            "no answer to our request",
        ),
    })
}
