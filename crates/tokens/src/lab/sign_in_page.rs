//! Experiments at the authorization endpoint: what the sign-in server says
//! before anyone has signed in.

use api_core::Result;

use super::Lab;
use super::experiment::Report;
use super::server::told;
use crate::http::navigation::{self, Navigation};
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::{AuthorizationResponse, Expected, printable};
use crate::signin::form;

/// Goes to the authorization endpoint with one parameter changed.
async fn authorize_with(
    lab: &Lab<'_>,
    name: &str,
    value: &str,
) -> Result<(AuthorizationRequest, Navigation)> {
    let asked = AuthorizationRequest::new(lab.app, lab.provider, &lab.app.scopes, false);
    let pairs: Vec<(String, String)> = asked.url.query_pairs().into_owned().collect();
    let pairs = pairs.into_iter().map(|(n, v)| {
        if n == name {
            (n, value.to_owned())
        } else {
            (n, v)
        }
    });
    let mut url = asked.url.clone();
    url.query_pairs_mut().clear().extend_pairs(pairs);
    let landing = navigation::visit(&lab.http.explain, &url).await?;
    Ok((asked, landing))
}

pub(super) async fn other_redirect(lab: &mut Lab<'_>) -> Result<Report> {
    let evil = format!("{}/evil", lab.app.callback.uri);
    let (_, landing) = authorize_with(lab, "redirect_uri", &evil).await?;
    let request = format!(
        "GET {}\nwith redirect_uri={evil}",
        lab.provider.authorization_endpoint
    );
    Ok(match landing {
        Navigation::Elsewhere(to) => Report::judge(
            request,
            format!("a redirect to {}", crate::http::call::bare(&to)),
            false,
            "the browser was sent to an address that is not registered",
        ),
        Navigation::Page(url, answer) => {
            let query = url.query().unwrap_or_default();
            let refused = !answer.status.is_success() || query.contains("error=");
            let named = format!("{query} {}", answer.text()).contains("redirect");
            let has_form = form::sign_in_form(&answer.text()).is_some();
            let said = format!("{}, no redirect to that address", told(&answer));
            Report::judge(
                request,
                said,
                refused && named && !has_form,
                "the page does not say that the redirect_uri is the reason",
            )
        }
    })
}

pub(super) async fn other_scope(lab: &mut Lab<'_>) -> Result<Report> {
    let Some(scope) = lab
        .app
        .known_scopes
        .iter()
        .find(|scope| scope.contains('/') && !lab.app.scopes.contains(scope))
        .cloned()
    else {
        return Ok(Report::not_shown(
            "the client may ask for every scope that there is",
        ));
    };
    let (asked, landing) = authorize_with(lab, "scope", &format!("openid {scope}")).await?;
    let request = format!(
        "GET {}\nwith scope=\"openid {scope}\"",
        lab.provider.authorization_endpoint
    );
    let expected = Expected {
        state: asked.state.clone(),
        issuer: lab.provider.issuer.clone(),
    };
    let answer = match landing {
        Navigation::Elsewhere(to) => expected.read_address(&lab.app.callback, to.as_str()),
        Navigation::Page(_, answer) => {
            let said = format!("a page: {}", told(&answer));
            return Ok(Report::judge(
                request,
                said,
                false,
                "the server did not say no to the client",
            ));
        }
    };
    Ok(match answer {
        Ok(AuthorizationResponse::Error { error, description }) => {
            let text = format!("{error} {}", description.unwrap_or_default());
            let said = format!("back to redirect_uri with error: {}", printable(&text));
            Report::judge(
                request,
                said,
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
