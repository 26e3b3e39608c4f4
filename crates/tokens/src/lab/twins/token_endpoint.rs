//! A sign-in server's token endpoint that checks a code as RFC 6749 section
//! 4.1.3, RFC 7636 section 4.6 and RFC 9700 section 2.1.1 say. A twin leaves out
//! one of these checks.

use std::collections::BTreeMap;

use common::Result;
use reqwest::StatusCode;
use url::form_urlencoded;

use super::Twin;
use super::serve::{Received, Reply, while_serving};
use crate::crypto;
use crate::http::client::Http;
use crate::http::request::Request;
use crate::transcript::field::Field;

/// A code that it has issued, the request that it was issued to, and the check
/// that it leaves out, if any.
pub(crate) struct TokenEndpoint<'a> {
    pub code: &'a str,
    pub client_id: &'a str,
    pub redirect_uri: &'a str,
    /// The request's, if it had one.
    pub code_challenge: Option<&'a str>,
    pub left_out: Option<&'static str>,
}

impl TokenEndpoint<'_> {
    /// Runs every check but the one left out on a form.
    ///
    /// # Errors
    /// The first check that fails.
    pub(crate) fn check(&self, form: &str) -> Result<(), &'static str> {
        let form: BTreeMap<_, _> = form_urlencoded::parse(form.as_bytes()).collect();
        let sent = |name| form.get(name).map(|value| &**value);
        let code_verifier = sent("code_verifier");
        let challenge = code_verifier.map(|v| crypto::base64url(&crypto::sha256(v.as_bytes())));
        #[rustfmt::skip] // one line each
        let checks = [
            ("code", sent("code") == Some(self.code)),
            ("client_id", sent("client_id") == Some(self.client_id)),
            ("redirect_uri", sent("redirect_uri") == Some(self.redirect_uri)),
            ("code_verifier", self.code_challenge.is_none() || self.code_challenge == challenge.as_deref()),
            ("code_challenge", self.code_challenge.is_some() || code_verifier.is_none()),
        ];
        let fails = |(check, holds): &(_, bool)| !holds && self.left_out != Some(*check);
        match checks.into_iter().find(fails) {
            Some((check, _)) => Err(check),
            None => Ok(()),
        }
    }
}

/// Attacks the twin: sends it the form that a client sends with the code.
///
/// # Errors
/// If it cannot be started, or does not answer.
pub(crate) async fn attack(
    http: &Http,
    endpoint: &TokenEndpoint<'_>,
    form: Vec<Field>,
) -> Result<Twin> {
    const WHY: &str = "What the client sends, here to a careless sign-in server.";
    let answer = async |received: Received| -> Reply {
        match endpoint.check(&received.body) {
            Ok(()) => (
                StatusCode::OK,
                "tokens of the attacker's account, in the victim's client".to_owned(),
            ),
            Err(check) => (
                StatusCode::BAD_REQUEST,
                format!("invalid_grant: {check} does not fit"),
            ),
        }
    };
    let response = while_serving(answer, async |url| {
        http.send(Request::post("careless token endpoint", WHY, url, form))
            .await
    })
    .await?;
    Ok(Twin {
        who: "a sign-in server",
        left_out: endpoint.left_out.unwrap_or_default(),
        succeeded: response.status.is_success(),
        got: format!("{} {}", response.status, response.text()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";

    /// The check, the challenge of the request, and the form that it must refuse.
    fn attacks() -> [(&'static str, Option<&'static str>, String); 6] {
        let form = |code: &str, client: &str, uri: &str, verifier: Option<&str>| {
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("code", code)
                .append_pair("client_id", client)
                .append_pair("redirect_uri", uri);
            form.extend_pairs(verifier.map(|verifier| ("code_verifier", verifier)));
            form.finish()
        };
        let (all, pkce) = (Some(VERIFIER), Some(CHALLENGE));
        [
            ("code", pkce, form("guessed", "client", "uri", all)),
            ("client_id", pkce, form("code", "other", "uri", all)),
            ("redirect_uri", pkce, form("code", "client", "other", all)),
            ("code_verifier", pkce, form("code", "client", "uri", None)),
            (
                "code_verifier",
                pkce,
                form("code", "client", "uri", Some("other")),
            ),
            ("code_challenge", None, form("code", "client", "uri", all)),
        ]
    }

    fn endpoint(
        code_challenge: Option<&'static str>,
        left_out: Option<&'static str>,
    ) -> TokenEndpoint<'static> {
        TokenEndpoint {
            code: "code",
            client_id: "client",
            redirect_uri: "uri",
            code_challenge,
            left_out,
        }
    }

    #[test]
    fn each_twin_lets_in_its_own_attack_and_refuses_every_other_for_the_real_reason() {
        let checks = attacks().map(|(check, ..)| check);
        for left_out in [None].into_iter().chain(checks.map(Some)) {
            for (check, challenge, form) in attacks() {
                let answer = endpoint(challenge, left_out).check(&form);
                let expected = if left_out == Some(check) {
                    Ok(())
                } else {
                    Err(check)
                };
                assert_eq!(answer, expected, "{check} without {left_out:?}");
            }
        }
    }

    #[test]
    fn a_client_with_pkce_and_one_without_are_served() {
        let with = format!("code=code&client_id=client&redirect_uri=uri&code_verifier={VERIFIER}");
        assert_eq!(endpoint(Some(CHALLENGE), None).check(&with), Ok(()));
        let without = "code=code&client_id=client&redirect_uri=uri";
        assert_eq!(endpoint(None, None).check(without), Ok(()));
    }
}
