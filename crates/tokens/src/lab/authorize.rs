//! Experiments at the authorization endpoint: how the sign-in server responds
//! before anyone has signed in.

use common::Result;
use common::text::printable;

use super::experiment::Report;
use super::server::describe;
use super::session::Session;
use crate::http::navigation::{self, Navigation};
use crate::http::request::without_query;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::signin::form;

/// Sends an authorization request with one parameter changed.
async fn authorize_with(
    session: &Session<'_>,
    name: &str,
    value: &str,
) -> Result<(AuthorizationRequest, Navigation)> {
    let request = session.request();
    let pairs: Vec<(String, String)> = request.url.query_pairs().into_owned().collect();
    let pairs = pairs.into_iter().map(|(n, v)| {
        if n == name {
            (n, value.to_owned())
        } else {
            (n, v)
        }
    });
    let mut url = request.url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    let navigation = navigation::visit(&session.http.explain, &url).await?;
    Ok((request, navigation))
}

pub(super) async fn other_redirect(session: &mut Session<'_>) -> Result<Report> {
    let evil = format!("{}/evil", session.config.redirect_uri.uri);
    let (_, navigation) = authorize_with(session, "redirect_uri", &evil).await?;
    let request = format!(
        "GET {}\nwith redirect_uri={evil}",
        session.provider.authorization_endpoint
    );
    Ok(match navigation {
        Navigation::Elsewhere(to) => Report::judge(
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
            Report::judge(
                request,
                answer,
                refused && named && !has_form,
                "the page does not say that the redirect_uri is the reason",
            )
        }
    })
}

pub(super) async fn other_scope(session: &mut Session<'_>) -> Result<Report> {
    let Some(scope) = session
        .config
        .known_scopes
        .iter()
        .find(|scope| scope.contains('/') && !session.config.scopes.contains(scope))
        .cloned()
    else {
        return Ok(Report::not_shown(
            "the client may ask for every scope that there is",
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
            return Ok(Report::judge(
                request,
                text,
                false,
                "the server did not say no to the client",
            ));
        }
    };
    Ok(match response {
        Ok(AuthorizationResponse::Error { error, description }) => {
            let text = format!("{error} {}", description.unwrap_or_default());
            let answer = format!("back to redirect_uri with error: {}", printable(&text));
            Report::judge(
                request,
                answer,
                text.contains("invalid_scope"),
                "refused, but not for its scope",
            )
        }
        Ok(AuthorizationResponse::Code(_)) => {
            Report::judge(request, "a code", false, "the server gave a code")
        }
        Err(why) => Report::judge(
            request,
            format!("an answer that is not ours: {why}"),
            false,
            "no answer to our request",
        ),
    })
}
