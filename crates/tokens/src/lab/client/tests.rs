//! Each attack against the twin, against all checks, and against this program
//! without the check.

use serde_json::json;

use super::*;
use crate::jwt::expectations::Binding;
use crate::jwt::rules;
use crate::lab::experiment::Verdict;
use crate::lab::twins::code;

const NOW: i64 = 1_800_000_000;

/// The check, the tokens it must fail for, and how the attacker changes the
/// claims of the id and of the access token.
type Case = (&'static str, &'static [&'static str], Value, Value);

fn cases() -> Vec<Case> {
    vec![
        (
            "exp",
            &["id", "access"],
            json!({"exp": NOW - 120}),
            json!({"exp": NOW - 120}),
        ),
        (
            "iss",
            &["id", "access"],
            json!({"iss": "https://other"}),
            json!({"iss": "https://other"}),
        ),
        ("aud", &["id"], json!({"aud": "another-client"}), json!({})),
        (
            "nonce",
            &["id"],
            json!({"nonce": "of another login"}),
            json!({}),
        ),
        (
            "token_use",
            &["access"],
            json!({}),
            json!({"token_use": "id"}),
        ),
    ]
}

fn with_tokens<T>(id: &Value, access: &Value, test: impl Fn(&Tokens<'_>) -> T) -> T {
    let key = SigningKey::generate().unwrap();
    let token = |mut claims: Value, change: &Value| {
        let common = json!({"sub": "s", "iss": "https://issuer", "iat": NOW, "auth_time": NOW, "exp": NOW + 3600});
        for more in [&common, change] {
            claims
                .as_object_mut()
                .unwrap()
                .extend(more.as_object().unwrap().clone());
        }
        key.sign(&json!({"alg": "RS256", "kid": "k"}), &claims)
            .unwrap()
    };
    let scopes = ["openid".to_owned()];
    let id = token(
        json!({"token_use": "id", "aud": "client", "nonce": "n", "cognito:username": "Testuser"}),
        id,
    );
    let access = token(
        json!({"token_use": "access", "client_id": "client", "scope": "openid"}),
        access,
    );
    let rules = &rules::COGNITO;
    test(&Tokens {
        id: &Jwt::decode_unverified(&id).unwrap(),
        access: &AccessToken::decode_unverified(&access, None, rules),
        keys: &JwkSet::from_json(key.jwks(&["k"]), rules).unwrap(),
        expect: Expectations {
            rules,
            issuer: "https://issuer",
            client_id: "client",
            nonce: Some("n"),
            refreshed: false,
            scopes: &scopes,
            max_age: None,
            binding: Binding::default(),
            now: NOW,
        },
    })
}

#[test]
fn each_attack_succeeds_at_the_twin_and_fails_here_by_the_one_check() {
    for (check, of, id, access) in cases() {
        let outcome = with_tokens(&id, &access, |tokens| {
            attack(tokens, String::new(), check, of)
        });
        assert_eq!(outcome.verdict, Verdict::Pass, "{check}: {outcome:?}");
        let twin = outcome.twin.expect("a twin");
        assert!(twin.succeeded, "{check}: {twin:?}");
        assert_eq!(
            (twin.left_out, &*twin.got),
            (check, "signed in as Testuser")
        );
        assert!(
            !code::lines(twin.who, check).is_empty(),
            "no code of {check}"
        );
    }
}

#[test]
fn with_the_check_taken_out_of_this_program_the_experiment_fails() {
    for (check, of, id, access) in cases() {
        let expected: Vec<String> = of.iter().map(|token| format!("{token} {check}")).collect();
        let outcome = with_tokens(&id, &access, |tokens| {
            judge(String::new(), &tokens.check(Some(check)), &expected)
        });
        assert!(
            matches!(outcome.verdict, Verdict::Fail(_)),
            "{check}: {outcome:?}"
        );
        assert_eq!(outcome.answer, "every check holds");
    }
}

#[test]
fn a_twin_runs_every_other_check_of_this_program() {
    let names = |tokens: &Tokens<'_>, left_out| -> Vec<&str> {
        tokens
            .check(left_out)
            .iter()
            .map(|check| check.check)
            .collect()
    };
    for (check, ..) in cases() {
        let (mut all, twin) = with_tokens(&json!({}), &json!({}), |tokens| {
            (names(tokens, None), names(tokens, Some(check)))
        });
        assert!(all.contains(&check), "no {check} in {all:?}");
        all.retain(|name| *name != check);
        assert_eq!(all, twin, "{check}");
    }
}

#[test]
fn a_twin_that_withstands_the_attack_proves_nothing() {
    let outcome = with_tokens(&json!({"exp": 1, "aud": "x"}), &json!({}), |tokens| {
        let outcome = judge(
            String::new(),
            &tokens.check(None),
            &["id aud".into(), "id exp".into()],
        );
        outcome.with_twin(tokens.attack("aud"))
    });
    let Verdict::NotShown(why) = &outcome.verdict else {
        panic!("{outcome:?}");
    };
    assert!(why.contains("exp of the id token"), "{why}");
}
