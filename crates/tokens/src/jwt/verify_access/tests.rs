//! What an access token must be bound to, as far as this client can read it.

use serde_json::{Value, json};

use super::*;
use crate::jwt::check::Verdict;
use crate::jwt::expectations::Binding;
use crate::jwt::rules::{COGNITO, OPENID, TokenRules};
use crate::jwt::sign::unsigned;

const ISSUER: &str = "https://issuer";

/// A token with these claims, in the format that `typ` and the rules name.
fn token(rules: &TokenRules, typ: &str, claims: &Value) -> AccessToken {
    let raw = format!(
        "{}.x",
        unsigned(&json!({"alg": "RS256", "typ": typ}), claims)
    );
    AccessToken::decode_unverified(&raw, None, rules)
}

/// The verdicts of the checks of a token that should be bound to key and API.
fn verdicts(access: &AccessToken) -> Vec<(&'static str, Verdict)> {
    let expect = Expectations {
        rules: &OPENID,
        issuer: ISSUER,
        client_id: "c",
        nonce: None,
        refreshed: false,
        scopes: &[],
        max_age: None,
        binding: Binding {
            thumbprint: Some("key"),
            resources: vec!["api"],
        },
        now: 0,
    };
    let checks = bound_to(TokenChecks("access"), access, &expect);
    checks
        .iter()
        .map(|check| (check.check, check.verdict))
        .collect()
}

#[test]
fn what_can_be_read_is_checked_and_the_rest_is_noted() {
    let bound = json!({"iss": ISSUER, "aud": ["api", "b"], "cnf": {"jkt": "key"}});
    let unbound = json!({"iss": ISSUER, "aud": "another"});
    let of_others = json!({"iss": "https://other", "aud": "another"});
    let of_others_bound = json!({"iss": "https://other", "cnf": {"jkt": "another"}});
    let opaque = AccessToken::decode_unverified("opaque", None, &OPENID);
    for (token, key, api) in [
        (
            token(&OPENID, "at+jwt", &bound),
            Verdict::Ok,
            Some(Verdict::Ok),
        ),
        (
            token(&OPENID, "at+jwt", &unbound),
            Verdict::Fail,
            Some(Verdict::Note),
        ),
        (
            token(&COGNITO, "JWT", &unbound),
            Verdict::Fail,
            Some(Verdict::Note),
        ),
        (
            token(&OPENID, "JWT", &bound),
            Verdict::Ok,
            Some(Verdict::Ok),
        ),
        (
            token(&OPENID, "JWT", &unbound),
            Verdict::Fail,
            Some(Verdict::Note),
        ),
        // A JWT of another issuer need not be for this client to read.
        (token(&OPENID, "JWT", &of_others), Verdict::Note, None),
        (token(&OPENID, "JWT", &of_others_bound), Verdict::Fail, None),
        (opaque, Verdict::Note, None),
    ] {
        let api = api.map(|verdict| ("aud resource", verdict));
        let expected: Vec<_> = [("cnf jkt", key)].into_iter().chain(api).collect();
        assert_eq!(verdicts(&token), expected, "{}", token.raw);
    }
}
