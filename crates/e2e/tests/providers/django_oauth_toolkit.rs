//! The Python package django-oauth-toolkit: opaque access tokens, an issuer with
//! a path, `at_hash` in the id token, no `iss` in the answer.

use serde_json::json;

use crate::checks::{every_check_of_the_id_token_holds, text, verdicts};
use crate::provider::Provider;

#[test]
fn a_login_and_what_comes_after_it_work() {
    let provider = Provider::django_oauth_toolkit();
    let all = ["--refresh", "--userinfo", "--logout"];
    let login = provider.login("public", &all);
    every_check_of_the_id_token_holds(&login);
    let access = verdicts(&login["checks"], "access");
    assert_eq!(access, [("format", "note"), ("scope", "ok")]);
    let (before, after) = (&login["tokens"], &login["refresh"]["tokens"]);
    assert_ne!(before["refresh_token"], after["refresh_token"]);
    assert_eq!(login["userinfo"], json!({ "sub": "1" }));
    let address = text(&login["logout"]["address"]);
    assert!(
        address.contains("/o/logout/?client_id=public&id_token_hint="),
        "{address}"
    );
    let id_token = text(&before["id_token"]);
    provider
        .verify(id_token, &["--audience", "public"])
        .code(0)
        .stdout_has("The token is good: ");
}
