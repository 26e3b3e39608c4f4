//! The Python package Canaille: RS512, access tokens that are JWTs of no known
//! kind, `iss` in the answer.

use crate::checks::{every_check_of_the_id_token_holds, verdicts};
use crate::provider::Provider;

#[test]
fn a_login_and_what_comes_after_it_work() {
    let provider = Provider::canaille();
    let login = provider.login("public", &["--refresh", "--userinfo"]);
    assert_eq!(login["decoded"]["id_token"]["header"]["alg"], "RS512");
    every_check_of_the_id_token_holds(&login);
    // It is the issuer's own, so its signature is checked; its claims are not.
    let access = verdicts(&login["checks"], "access");
    for check in ["iss", "alg", "kid", "signature", "exp", "scope"] {
        assert!(access.contains(&(check, "ok")), "{check}: {access:?}");
    }
    assert_eq!(access[0], ("format", "note"));
    assert_eq!(access.len(), 7);
    assert_eq!(login["userinfo"]["sub"], "ada");
    let checks = &login["refresh"]["checks"];
    assert!(
        verdicts(checks, "access").contains(&("signature", "ok")),
        "{checks}"
    );
}
