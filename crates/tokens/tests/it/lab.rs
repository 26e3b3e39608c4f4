//! The lab against a cloud that lets attackers in: it must report that. The
//! end-to-end tests cover a correct cloud.

use axum::response::IntoResponse;

use crate::fake_browser;
use crate::idp::Idp;
use crate::program::{Program, RunResult};

fn lab(idp: &Idp, names: &[&str]) -> RunResult {
    let args = [&["lab", "--headless"], names].concat();
    Program::new(idp, &args).run()
}

fn assert_prints(result: &RunResult, text: &str) {
    assert!(
        result.stdout.contains(text),
        "no {text:?} in {}",
        result.printed()
    );
}

/// The API of these tests accepts any token.
#[test]
fn an_attack_that_gets_through_the_gateway_is_a_failure() {
    let idp = Idp::honest();
    for name in [
        "no-scope",
        "id-token",
        "changed-payload",
        "alg-none",
        "hs256-public-key",
        "other-key",
    ] {
        let result = lab(&idp, &[name]);
        result.assert_code(1);
        assert_prints(&result, "FAIL: the API let it in");
        assert_prints(&result, "Refused: by nobody");
        assert_prints(&result, "1 experiment: 0 PASS, 0 NOT SHOWN, 1 FAIL");
    }
}

#[test]
fn a_refusal_for_another_reason_does_not_pass() {
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/oauth2/token", |_| {
            let body = axum::Json(serde_json::json!({"error": "invalid_client"}));
            (axum::http::StatusCode::BAD_REQUEST, body).into_response()
        });
    });
    let result = lab(&idp, &["wrong-verifier"]);
    result.assert_code(1);
    assert_prints(&result, "FAIL: refused, but not with invalid_grant");
}

#[test]
fn a_server_that_takes_a_revoked_token_or_an_open_redirect_is_a_failure() {
    let idp = Idp::honest().with(|state| {
        state
            .overrides
            .insert("/oauth2/revoke", |_| ().into_response());
    });
    let result = lab(&idp, &["revoked-refresh-token"]);
    result.assert_code(1);
    assert_prints(&result, "FAIL: the token endpoint gave tokens");

    let idp = Idp::honest().with(|state| state.has_session = true);
    let result = lab(&idp, &["other-redirect", "other-scope"]);
    result.assert_code(1);
    assert_prints(
        &result,
        "FAIL: the browser was sent to an address that is not registered",
    );
    assert_prints(&result, "FAIL: the server gave a code");
}

#[test]
fn this_client_and_an_honest_server_refuse_for_the_right_reason() {
    let idp = Idp::honest();
    let names = [
        "no-token",
        "expired",
        "other-issuer",
        "other-audience",
        "nonce-swapped",
        "forged-callback",
        "code-twice",
        "wrong-verifier",
        "no-verifier",
        "other-client",
        "revoked-refresh-token",
    ];
    let result = lab(&idp, &names);
    result.assert_code(0);
    assert_prints(&result, "11 experiments: 11 PASS, 0 NOT SHOWN, 0 FAIL");
}

#[test]
fn an_api_that_refuses_good_tokens_shows_nothing() {
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/dev/hello", |_| {
            axum::http::StatusCode::UNAUTHORIZED.into_response()
        });
    });
    lab(&idp, &["id-token"])
        .assert_code(1)
        .assert_says("The API refuses a good token too");
}

#[test]
fn experiments_are_listed_without_any_call_and_unknown_names_refused() {
    let idp = Idp::honest();
    let result = lab(&idp, &["--list"]);
    result.assert_code(0);
    assert_eq!(
        result
            .stdout
            .lines()
            .filter(|line| !line.is_empty())
            .count(),
        21
    );
    lab(&idp, &["bogus"])
        .assert_code(2)
        .assert_says("There is no experiment 'bogus'");
    Program::new(&idp, &["--json", "lab"])
        .run()
        .assert_code(2)
        .assert_says("does not take --json");
    assert!(idp.state.lock().unwrap().calls.is_empty());
}

/// This server voids a code at the first wrong attempt, so that three sign-ins
/// are needed, each at the same port as the listener of forged-callback.
#[test]
fn one_program_listens_again_and_again_and_says_why() {
    let idp = Idp::honest().with(|state| state.has_session = true);
    let names = ["lab", "forged-callback", "wrong-verifier", "no-verifier"];
    let program = Program::new(&idp, &names).env("BROWSER", &fake_browser::command_line());
    let result = program.run();
    result.assert_code(0);
    assert_prints(&result, "3 experiments: 3 PASS, 0 NOT SHOWN, 0 FAIL");
    result
        .assert_says("Sign-in 1: it serves 2 of the 3 experiments.")
        .assert_says("Sign-in 2: the experiments have used up the code of the first.")
        .assert_says("Sign-in 3: the server voids a code after one wrong attempt");
    assert!(!result.stderr.contains("Sign-in 4"), "{}", result.stderr);
}

#[test]
fn what_needs_no_login_makes_none() {
    let idp = Idp::honest();
    // Twice: each listens at the port that the one before has just left.
    for names in [["no-token"; 2], ["forged-callback"; 2]] {
        let result = lab(&idp, &names);
        result.assert_code(0);
        assert_prints(&result, "2 experiments: 2 PASS");
        assert!(!result.stderr.contains("Sign-in"), "{}", result.stderr);
    }
    assert_eq!(idp.count("/oauth2/authorize"), 0);
}
