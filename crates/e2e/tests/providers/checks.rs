//! What `--json` says of a login's checks.

use serde_json::Value;

/// The checks of a token by their names, with verdict.
pub(crate) fn verdicts<'a>(checks: &'a Value, token: &str) -> Vec<(&'a str, &'a str)> {
    let of_token = checks
        .as_array()
        .expect("checks")
        .iter()
        .filter(|check| check["token"] == token);
    of_token
        .map(|check| (text(&check["check"]), text(&check["verdict"])))
        .collect()
}

pub(crate) fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_else(|| panic!("text: {value}"))
}

/// Asserts that each check of an id token that these providers make possible holds.
#[track_caller]
pub(crate) fn every_check_of_the_id_token_holds(login: &Value) {
    let checks = verdicts(&login["checks"], "id");
    for check in [
        "alg",
        "kid",
        "signature",
        "sub",
        "iss",
        "aud",
        "nonce",
        "at_hash",
    ] {
        assert!(checks.contains(&(check, "ok")), "{check}: {checks:?}");
    }
}
