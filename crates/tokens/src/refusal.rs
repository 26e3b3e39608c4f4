//! Why the API refused a request, as far as the answer and the token show it.

use common::archive::as_run_here;
use common::loopback::is_loopback;
use common::text::printable;
use reqwest::StatusCode;
use url::Url;

use crate::http::response::Response;
use crate::jwt::decode::Jwt;
use crate::route::ApiRoute;

/// The reasons, in sentences; none if the API did not refuse.
pub(crate) fn explain(response: &Response, route: &ApiRoute, token: Option<&str>) -> Vec<String> {
    let status = response.status;
    let mut lines = match (status, token) {
        _ if status.is_success() => return Vec::new(),
        (StatusCode::UNAUTHORIZED, None) => {
            vec!["The request had no token (RFC 6750 section 3).".to_owned()]
        }
        _ if !route.of_stack => other_api(status),
        (StatusCode::UNAUTHORIZED, Some(_)) => vec![
            "The gateway did not accept the access token (RFC 6750 section 3.1, invalid_token). It has expired, or its issuer or client is not the one that the authorizer trusts, or its signature does not match the issuer's keys.".to_owned(),
            "This client's own checks of the token passed, so look at the authorizer: its Issuer and Audience. 'make api' compares and repairs both.".to_owned(),
        ],
        (StatusCode::FORBIDDEN, Some(token)) => vec![scopes(route, token)],
        (StatusCode::NOT_FOUND, _) => vec![format!(
            "There is no {} {} behind the gateway: the stage or the route is missing or not deployed yet. 'make api' repairs both.",
            route.method, route.url
        )],
        _ if status.is_server_error() => vec![
            "The token was accepted; the function or the gateway failed. The function's log group has the reason.".to_owned(),
        ],
        _ => vec![format!("The gateway answered {status}, which does not concern the token.")],
    };
    if matches!(status, StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN) {
        lines.extend(challenge(response, route));
    }
    let here = |line: &String| as_run_here(line).into_owned();
    lines.iter().map(here).collect()
}

/// That the API does not ask for the proof of a key, if it refused one.
pub(crate) fn no_dpop(response: &Response) -> Option<String> {
    let refused = response.status == StatusCode::UNAUTHORIZED;
    let names_dpop = |text: &str| text.to_ascii_lowercase().contains("dpop");
    let asks = response.challenges().any(names_dpop);
    (refused && !asks).then(|| {
        "The answer does not ask for a proof of a key (RFC 9449 section 7.1): this API may take bearer tokens only.".to_owned()
    })
}

/// An API about which nothing is known but its answer.
fn other_api(status: StatusCode) -> Vec<String> {
    let text = match status {
        StatusCode::UNAUTHORIZED => "The API did not accept the access token (RFC 6750 section 3.1, invalid_token). It may be meant for another API: what audience and scope does this one ask for?".to_owned(),
        StatusCode::FORBIDDEN => "The API accepted the token, but not for this request (RFC 6750 section 3.1, insufficient_scope): --scopes asks for others.".to_owned(),
        status if status.is_server_error() => "The API failed; its own logs have the reason.".to_owned(),
        status => format!("The API answered {status}, which does not concern the token."),
    };
    vec![text]
}

fn scopes(route: &ApiRoute, token: &str) -> String {
    let token = Jwt::decode_unverified(token);
    let granted = token.as_ref().map(Jwt::scopes).unwrap_or_default();
    let is_granted = |wanted: &String| granted.contains(&&**wanted);
    if route.scopes.iter().any(is_granted) {
        return "The token has a scope that the route accepts, so its scopes are not the reason. Compare the route's scopes and the API's policies; 'make api' repairs the route.".to_owned();
    }
    if route.scopes.is_empty() {
        return "The route opens to any token of this client, so its scopes are not the reason. Look at the API's policies; 'make api' repairs the route.".to_owned();
    }
    let has = match granted.len() {
        0 => "has no scope".to_owned(),
        _ => format!("has `{}`", granted.join("`, `")),
    };
    format!(
        "The token {has}; the route asks for one of `{}` (RFC 6750 section 3.1, insufficient_scope).",
        route.scopes.join("`, `")
    )
}

/// What `WWW-Authenticate` says, or that it is missing.
fn challenge(response: &Response, route: &ApiRoute) -> Option<String> {
    if let Some(sent) = response.header("www-authenticate") {
        let reason = printable(sent);
        return Some(format!("The API's WWW-Authenticate header says: {reason}"));
    }
    let local = Url::parse(&route.url).is_ok_and(|url| is_loopback(&url));
    if !route.of_stack {
        return Some("The answer has no WWW-Authenticate header, which RFC 6750 section 3 requires: it would say why.".to_owned());
    }
    local.then(|| {
        "The answer has no WWW-Authenticate header. RFC 6750 section 3 requires it and AWS sends it; this local cloud does not.".to_owned()
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::sign::unsigned;

    fn route(url: &str) -> ApiRoute {
        ApiRoute {
            method: "GET".into(),
            url: url.into(),
            scopes: vec!["HelloAPI/hello.read".into(), "HelloAPI/hello.write".into()],
            of_stack: true,
        }
    }

    fn answer(status: u16, challenge: Option<&'static str>) -> Response {
        Response::of_tests(status, challenge, "")
    }

    #[test]
    fn every_refusal_has_its_reason() {
        let token = |scope: &str| format!("{}.x", unsigned(&json!({}), &json!({ "scope": scope })));
        let (local, aws) = (
            "http://a.execute-api.localhost:1/dev",
            "https://a.execute-api.us-east-1.amazonaws.com/dev",
        );
        for (status, scope, url, challenge, expected) in [
            (
                403,
                "openid",
                local,
                None,
                "The token has `openid`; the route asks for one of `HelloAPI/hello.read`, `HelloAPI/hello.write`",
            ),
            (
                403,
                "",
                local,
                None,
                "The token has no scope; the route asks",
            ),
            (
                403,
                "openid HelloAPI/hello.read",
                aws,
                None,
                "its scopes are not the reason",
            ),
            (403, "openid", local, None, "this local cloud does not"),
            (
                401,
                "openid",
                local,
                None,
                "It has expired, or its issuer or client",
            ),
            (
                401,
                "openid",
                aws,
                Some("Bearer error=\"invalid_token\""),
                "says: Bearer error=\"invalid_token\"",
            ),
            (
                404,
                "openid",
                aws,
                None,
                "the stage or the route is missing",
            ),
            (502, "openid", aws, None, "The function's log group"),
            (429, "openid", aws, None, "429 Too Many Requests"),
        ] {
            let lines =
                explain(&answer(status, challenge), &route(url), Some(&token(scope))).join("\n");
            assert!(lines.contains(expected), "no {expected:?} in {lines}");
            assert_eq!(lines.contains("local cloud"), url == local, "{lines}");
        }
        assert!(explain(&answer(200, None), &route(local), Some("x")).is_empty());
        let without = explain(&answer(401, None), &route(local), None);
        assert!(without[0].contains("no token"), "{without:?}");
    }
}
