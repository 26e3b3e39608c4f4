//! Experiments at the authorization endpoint: how the sign-in server responds
//! before anyone has signed in.

use common::Result;

use super::experiment::Outcome;
use super::server::describe;
use super::session::Session;
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
    let evil = format!("{}/evil", session.config.redirect_uri.uri);
    let (_, navigation) = authorize_with(session, "redirect_uri", &evil).await?;
    let request = format!(
        "GET {}\nwith redirect_uri={evil}",
        session.provider.authorization_endpoint
    );
    Ok(match navigation {
        Navigation::Elsewhere(to) => Outcome::judge(
            request,
            format!("a redirect to {}", without_query(&to)),
            false,
            "the browser was sent to an address that is not registered",
        ),
        Navigation::Page(url, page) => {
            let query = url.query().unwrap_or_default();
            let refused = !page.status.is_success() || query.contains("error=");
            let named = format!("{query} {}", page.text()).contains("redirect");
            let has_form = form::sign_in_form(&page.text()).is_some();
            let answer = format!("{}, no redirect to that address", describe(&page));
            Outcome::judge(
                request,
                answer,
                refused && named && !has_form,
                "the page does not say that the redirect_uri is the reason",
            )
        }
    })
}

pub(super) async fn other_scope(session: &mut Session<'_>) -> Result<Outcome> {
    let Some(scope) = session
        .config
        .known_scopes
        .iter()
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
        Navigation::Elsewhere(to) => expected.parse_url(&session.config.redirect_uri, to.as_str()),
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
            let error = response.code().err().map(|error| error.to_string());
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
