//! Each attack against the API with all checks, and against every twin.

use std::sync::Arc;

use common::Console;
use serde_json::{Value, json};

use super::*;
use crate::jwt::rules;
use crate::jwt::sign::{SigningKey, unsigned};
use crate::lab::twins::code;
use crate::transcript::record::Transcript;

const CHECKS: [&str; 8] = [
    "header",
    "alg",
    "kid",
    "signature",
    "iss",
    "aud",
    "exp",
    "scope",
];
const SECRET: &[u8] = b"public";

struct Case {
    key: SigningKey,
    attackers: SigningKey,
    keys: JwkSet,
    scopes: Vec<String>,
}

impl Case {
    fn new() -> Case {
        let key = SigningKey::generate().unwrap();
        Case {
            keys: JwkSet::from_json(key.jwks(&["k"]), &rules::COGNITO).unwrap(),
            attackers: SigningKey::generate().unwrap(),
            scopes: vec!["api/read".to_owned(), "api/write".to_owned()],
            key,
        }
    }

    fn api(&self, left_out: Option<&'static str>) -> Api<'_> {
        Api {
            issuer: "https://issuer",
            client_id: "client",
            scopes: &self.scopes,
            keys: &self.keys,
            secret: SECRET,
            left_out,
        }
    }

    /// What each attack sends, and the check that must refuse it.
    fn attacks(&self) -> Vec<(&'static str, Received)> {
        let good = json!({"alg": "RS256", "kid": "k"});
        let token = |change: Value| self.key.sign(&good, &claims(change)).unwrap();
        let with = |header: Value, key: &SigningKey| key.sign(&header, &claims(json!({}))).unwrap();
        let changed = {
            let real = token(json!({"scope": "openid"}));
            let signature = real.rsplit('.').next().unwrap();
            format!("{}.{signature}", unsigned(&good, &claims(json!({}))))
        };
        let none = json!({"alg": "none", "kid": "k"});
        let hs256_header = json!({"alg": "HS256", "kid": "k"});
        let jwk = self.attackers.jwks(&["evil"])["keys"][0].take();
        let jwk_header = json!({"alg": "RS256", "kid": "evil", "jwk": jwk});
        let in_header = |token: String| Received {
            authorization: Some(format!("Bearer {token}")),
            ..Received::default()
        };
        let in_query = Received {
            query: format!("access_token={}", token(json!({}))),
            ..Received::default()
        };
        vec![
            ("header", in_query),
            (
                "alg",
                in_header(format!("{}.", unsigned(&none, &claims(json!({}))))),
            ),
            (
                "alg",
                in_header(hs256(&hs256_header, &claims(json!({})), SECRET)),
            ),
            ("kid", in_header(with(jwk_header, &self.attackers))),
            ("signature", in_header(changed)),
            ("signature", in_header(with(good.clone(), &self.attackers))),
            ("iss", in_header(token(json!({"iss": "https://other"})))),
            ("aud", in_header(token(json!({"client_id": "other"})))),
            ("exp", in_header(token(json!({"exp": 1})))),
            ("scope", in_header(token(json!({"scope": "openid"})))),
        ]
    }
}

fn claims(change: Value) -> Value {
    let mut claims = json!({"iss": "https://issuer", "client_id": "client", "username": "Testuser",
        "exp": now() + 60, "scope": "openid api/read"});
    claims
        .as_object_mut()
        .unwrap()
        .extend(change.as_object().unwrap().clone());
    claims
}

fn http() -> Http {
    Http::new(Transcript::new(false, Arc::new(Console::new())))
}

#[tokio::test]
async fn each_twin_lets_in_its_own_attack_and_refuses_every_other_for_the_real_reason() {
    let case = Case::new();
    for left_out in [None].into_iter().chain(CHECKS.map(Some)) {
        let api = case.api(left_out);
        for (check, attack) in case.attacks() {
            let answer = api
                .check(&http(), &attack)
                .await
                .map_err(|failed| failed.check);
            if left_out == Some(check) {
                assert_eq!(answer, Ok("Testuser".to_owned()), "{check} at its twin");
            } else {
                assert_eq!(
                    answer,
                    Err(check),
                    "{check} at the API without {left_out:?}"
                );
            }
        }
    }
}

#[test]
fn every_check_of_a_twin_has_an_attack_and_lines_to_show() {
    let attacked: Vec<&str> = Case::new()
        .attacks()
        .iter()
        .map(|(check, _)| *check)
        .collect();
    for check in CHECKS {
        assert!(attacked.contains(&check), "nothing attacks {check}");
        assert!(
            !code::lines("an API", check).is_empty(),
            "no lines of {check}"
        );
    }
}

#[tokio::test]
async fn a_twin_answers_over_http_what_the_attacker_gets() {
    let case = Case::new();
    let good = json!({"alg": "RS256", "kid": "k"});
    let token = case
        .key
        .sign(&good, &claims(json!({"scope": "openid"})))
        .unwrap();
    let request = |url| Request::get("API", "test", url).bearer(&token);
    let twin = attack(&http(), &case.api(Some("scope")), request)
        .await
        .unwrap();
    assert!(twin.succeeded);
    assert_eq!(twin.got, "200 OK hello Testuser");
    let complete = attack(&http(), &case.api(None), request).await.unwrap();
    assert!(!complete.succeeded);
    assert!(
        complete
            .got
            .starts_with("403 Forbidden scope of the access token"),
        "{}",
        complete.got
    );
}
