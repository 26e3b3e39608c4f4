//! Experiments with the listener at `redirect_uri`: what others make a browser
//! send to it. A careless listener is attacked first.

use common::Result;
use http_client::hosts::secure_url;
use reqwest::StatusCode;
use url::form_urlencoded::{self, Serializer};

use super::experiment::Outcome;
use super::session::Session;
use super::twins::callback::{self as twin, Callback};
use super::twins::serve::{Received, while_serving};
use crate::config::redirect_uri::RedirectUri;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::oauth::authorization_response::ExpectedResponse;
use crate::oauth::token;
use crate::signin::listener::server::Listener;
use crate::transcript::step::Channel;

const CODE: &str = "of-the-attacker";

fn query(parameters: &[(&str, &str)]) -> String {
    Serializer::new(String::new())
        .extend_pairs(parameters)
        .finish()
}

/// Makes a browser send `query` to the real listener, which waits for `expected`.
async fn attack_listener(
    http: &Http,
    redirect_uris: &[RedirectUri],
    expected: ExpectedResponse,
    query: &str,
) -> Result<Outcome> {
    const WHY: &str = "What a hostile page makes the browser send to the waiting listener.";
    let port = match Listener::bind(redirect_uris).await {
        Ok(port) => port,
        Err(failure) => return Ok(Outcome::not_shown(failure.to_string())),
    };
    let check = expected.parse_query(query).err();
    let mut url = secure_url("redirect_uri", &port.redirect_uri().uri)?;
    let mut listener = port.start(expected, None);
    url.set_query(Some(query));
    let request = Request::get("listener", WHY, url.clone()).on(Channel::Headless);
    // The listener answers a callback that it takes only at the end of a login,
    // of which there is none here.
    let status = tokio::select! {
        response = http.send(request) => Some(response?.status),
        _ = listener.callback() => None,
    };
    // The next sign-in needs the port.
    listener.close().await;
    let answer = match status {
        Some(status) => format!("{status}, and the listener keeps waiting"),
        None => "the listener takes the code".to_owned(),
    };
    let refused = status == Some(StatusCode::BAD_REQUEST);
    let sent = format!("GET {url}");
    let outcome = Outcome::judge(sent, answer, refused, "the listener took it");
    Ok(Outcome {
        check: check.map(|why| format!("the callback is refused: {why}")),
        ..outcome
    })
}

/// Attacks the twin, which does not compare `left_out`, then the real listener.
/// `use_code` is what the twin does with the code.
async fn attack(
    session: &Session<'_>,
    left_out: &'static str,
    expected: ExpectedResponse,
    query: &str,
    use_code: impl AsyncFn(String) -> Result<String>,
) -> Result<Outcome> {
    let careless = Callback {
        expected: &expected,
        left_out: Some(left_out),
    };
    let twin = twin::attack(session.http, &careless, query, use_code).await?;
    let redirect_uris = &session.config.redirect_uris;
    let outcome = attack_listener(session.http, redirect_uris, expected, query).await?;
    Ok(outcome.with_twin(twin))
}

pub(super) async fn forged_callback(session: &mut Session<'_>) -> Result<Outcome> {
    let expected = ExpectedResponse::to(&session.request(), session.provider);
    let query = query(&[("code", CODE), ("state", "guessed")]);
    let use_code = async |code| {
        Ok(format!(
            "the code '{code}' taken as the answer to the sign-in"
        ))
    };
    attack(session, "state", expected, &query, use_code).await
}

/// What attacker and victim do, in turn.
const CSRF: &[(&str, &str)] = &[
    ("starts a sign-in of their own, and signs in", ""),
    (
        "keeps the address with code and state instead of opening it",
        "starts a sign-in and has not finished it",
    ),
    (
        "puts that address on a web page",
        "opens the page, whose image sends it to the listener",
    ),
    ("", "is signed in as the attacker, and notices nothing"),
    ("reads what the victim saves in that account", ""),
];

pub(super) async fn login_csrf(session: &mut Session<'_>) -> Result<Outcome> {
    let (attackers, victims) = (session.request(), session.request());
    let expected = ExpectedResponse::to(&victims, session.provider);
    // The attacker's own answer is a good one, to the attacker's own request.
    let query = query(&[("code", CODE), ("state", &attackers.state)]);
    let use_code = async |_| {
        let got = "the attacker's code taken: where neither PKCE nor nonce stops it, \
                   the victim now works in the attacker's account";
        Ok(got.to_owned())
    };
    Ok(Outcome {
        sides: CSRF,
        ..attack(session, "state", expected, &query, use_code).await?
    })
}

pub(super) async fn mix_up(session: &mut Session<'_>) -> Result<Outcome> {
    // The person chose the attacker's server, which sent the browser on to the
    // honest one: that one's code comes back to a client that takes it for the
    // attacker's.
    let request = session.request();
    let expected = ExpectedResponse {
        issuer: "https://attacker.example".to_owned(),
        ..ExpectedResponse::to(&request, session.provider)
    };
    let (state, iss) = (&*request.state, &*session.provider.issuer);
    let query = query(&[
        ("code", "of-the-honest-server"),
        ("state", state),
        ("iss", iss),
    ]);
    let token_endpoint = async |received: Received| (StatusCode::OK, received.body);
    while_serving(token_endpoint, async |url| {
        let use_code = async |code: String| {
            const WHY: &str = "A careless client sends the code where the attacker says.";
            let verifier = Some(&request.code_verifier);
            let form = token::code_form(session.config, &request.redirect_uri, &code, verifier);
            let request = Request::post("attacker's token endpoint", WHY, url.clone(), form);
            let got = session.http.send(request).await?.text();
            let names = ["code", "code_verifier"].map(|name| received(&got, name));
            Ok(format!(
                "the attacker's token endpoint received {}",
                names.join(" and ")
            ))
        };
        attack(session, "iss", expected, &query, use_code).await
    })
    .await
}

/// A parameter of a form as an attacker received it, cut short.
fn received(form: &str, name: &str) -> String {
    let mut fields = form_urlencoded::parse(form.as_bytes());
    let found = fields.find(|(field, _)| field == name);
    let value = found.map(|(_, value)| value).unwrap_or_default();
    match value.char_indices().nth(20) {
        Some((end, _)) => format!("{name}={}…", &value[..end]),
        None => format!("{name}={value}"),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use common::Console;

    use super::*;
    use crate::lab::experiment::Verdict;
    use crate::lab::twins::code;
    use crate::transcript::record::Transcript;

    fn expected() -> ExpectedResponse {
        ExpectedResponse {
            state: "S".into(),
            issuer: "https://issuer".into(),
            must_have_iss: true,
        }
    }

    /// The check, the query that it must refuse, and what this program would
    /// expect if it did not check.
    fn cases() -> [(&'static str, String, ExpectedResponse); 2] {
        let (honest, other) = ("https://issuer", "https://other");
        let all = |state, iss| query(&[("code", "C"), ("state", state), ("iss", iss)]);
        let without_state = ExpectedResponse {
            state: "guessed".into(),
            ..expected()
        };
        let without_iss = ExpectedResponse {
            issuer: other.into(),
            ..expected()
        };
        [
            ("state", all("guessed", honest), without_state),
            ("iss", all("S", other), without_iss),
        ]
    }

    fn http() -> Http {
        Http::new(Transcript::new(false, Arc::new(Console::new())))
    }

    fn free_address() -> RedirectUri {
        let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = free.local_addr().unwrap().port();
        RedirectUri::parse(&format!("http://localhost:{port}/callback")).unwrap()
    }

    #[tokio::test]
    async fn each_attack_succeeds_at_the_twin_and_fails_here_by_the_one_check() {
        for (check, query, _) in cases() {
            let wanted = expected();
            let careless = Callback {
                expected: &wanted,
                left_out: Some(check),
            };
            let use_code = async |code| Ok(format!("got {code}"));
            let twin = twin::attack(&http(), &careless, &query, use_code)
                .await
                .unwrap();
            assert!(twin.succeeded, "{check}: {twin:?}");
            assert_eq!((twin.left_out, &*twin.got), (check, "got C"));
            assert!(
                !code::lines(twin.who, check).is_empty(),
                "no code of {check}"
            );

            let complete = Callback {
                left_out: None,
                ..careless
            };
            let why = complete.check(&query).unwrap_err();
            assert!(why.contains(&format!("its {check} ")), "{why}");
            let outcome = attack_listener(&http(), &[free_address()], expected(), &query)
                .await
                .unwrap();
            assert_eq!(outcome.verdict, Verdict::Pass, "{outcome:?}");
            assert!(outcome.check.unwrap().ends_with(why));
        }
    }

    #[tokio::test]
    async fn with_the_check_taken_out_of_this_program_the_experiment_fails() {
        for (check, query, without_check) in cases() {
            let outcome = attack_listener(&http(), &[free_address()], without_check, &query).await;
            let verdict = outcome.unwrap().verdict;
            assert_eq!(
                verdict,
                Verdict::Fail("the listener took it".into()),
                "{check}"
            );
        }
    }

    #[test]
    fn a_twin_makes_every_other_check_of_this_program() {
        let wanted = expected();
        for (left_out, bad, _) in cases() {
            let twin = Callback {
                expected: &wanted,
                left_out: Some(left_out),
            };
            for (check, query, _) in cases() {
                assert_eq!(
                    twin.check(&query).is_ok(),
                    check == left_out,
                    "{left_out}: {check}"
                );
            }
            let without_code = bad.replace("code=C", "x=C");
            let why = twin.check(&without_code).unwrap_err();
            assert_eq!(why, "it has neither one code nor one error");
        }
    }
}
