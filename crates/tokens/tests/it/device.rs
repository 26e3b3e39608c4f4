//! `tokens device`: RFC 8628.

use std::time::{Duration, Instant};

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp};
use crate::idp_clients::{DEVICE_CODE, USER_CODE, offer};
use crate::program::{Program, RunResult};

fn offers_device(document: &mut Value) {
    offer(document, "device_authorization_endpoint", "/device");
}

/// A provider that answers so many times with an error before the tokens.
fn provider(errors: &[&'static str]) -> Idp {
    let idp = Idp::provider("").with_discovery(offers_device);
    idp.with(|state| state.clients.device_errors.extend(errors))
}

fn device(idp: &Idp, args: &[&str]) -> Program {
    let issuer = idp.issuer();
    let own = ["device", "--issuer", &issuer, "--client-id", CLIENT];
    Program::bare(idp, &[&own, args].concat())
}

#[test]
fn the_person_is_told_where_to_go_and_the_rest_is_as_after_any_login() {
    let idp = provider(&["authorization_pending"]);
    let api = format!("{}/dev/hello", idp.url());
    let args = [
        "--explain",
        "--refresh",
        "--userinfo",
        "--logout",
        "--api",
        &api,
        "--report",
        "login.html",
    ];
    let mut program = device(&idp, &args);
    let result = program.run_and_keep();
    let page = format!("{}/activate", idp.url());
    result
        .assert_code(0)
        .assert_says(&format!(
            "On any device with a browser, open this address:\n\n{page}\n"
        ))
        .assert_says(&format!(
            "and enter this code, which is good for 10 min:\n\n{USER_CODE}\n"
        ))
        .assert_says(&format!("{page}?user_code={USER_CODE}\n"))
        .assert_says(
            "authorization_pending: the person has not signed in yet. Asked again every 1 s.",
        )
        .assert_says("Asked 2 times.")
        .assert_says("enter only a code that you asked for yourself (RFC 8628 section 5.4)");
    result.assert_prints("-        nonce      optional");
    result.assert_ends_with("Signed in as ada@example.com: 10 checks hold, the API answered 200\n");
    assert_eq!(idp.state().revoked, ["refresh"]);
    let html = program.file("login.html");
    for shown in [
        "<h1>Signed in</h1>",
        "on another device",
        "the address and the short code",
        "enters user_code on",
        "perhaps on another device; this program never saw how.",
        USER_CODE,
    ] {
        assert!(html.contains(shown), "no {shown} in {html}");
    }
}

/// Of the requests that came too early, the page and `--json` have the last.
#[test]
fn requests_that_were_repeated_are_told_once() {
    let idp = provider(&["authorization_pending", "authorization_pending"]);
    let result = device(&idp, &["--json"]).run();
    result.assert_code(0);
    let run = result.json();
    let steps = run["steps"].as_array().unwrap();
    let asked = steps
        .iter()
        .filter(|step| step["heading"].as_str().unwrap().ends_with("/oauth2/token"));
    assert_eq!(asked.count(), 1);
    result.assert_prints("Asked 3 times.");
    assert_eq!(idp.count("/oauth2/token"), 3);
}

#[test]
fn the_server_s_pace_is_kept() {
    let idp = provider(&["authorization_pending", "slow_down"]);
    let start = Instant::now();
    let result = device(&idp, &["--explain"]).run();
    result.assert_code(0).assert_says(
        "slow_down: the server wants 5 s more between two requests. Asked again every 6 s.",
    );
    // 1 s, 1 s, and after slow_down 6 s.
    assert!(
        start.elapsed() >= Duration::from_secs(8),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn each_way_to_end_without_tokens_has_its_words() {
    for (error, said, hint) in [
        ("access_denied", "refused: access_denied", "said no"),
        (
            "expired_token",
            "refused: expired_token",
            "nobody entered the code in time",
        ),
        ("invalid_grant", "refused: invalid_grant", "run this again"),
        (
            "invalid_client",
            "refused: invalid_client",
            "is --client-id right?",
        ),
    ] {
        let idp = provider(&[error]);
        let result = device(&idp, &["--json"]).run();
        result.assert_code(1).assert_says(said).assert_says(hint);
        let run = result.json();
        assert!(run["error"]["message"].as_str().unwrap().contains(error));
        assert!(
            !result.stdout.contains(DEVICE_CODE),
            "it may still work: {}",
            result.stdout
        );
    }
}

#[test]
fn the_code_s_own_time_and_the_person_s_are_limits() {
    let short = json!({
        "device_code": "d", "user_code": "U", "expires_in": 2, "interval": 1,
        "verification_uri": "https://login.example.com/device",
    });
    let idp = provider(&["authorization_pending"; 9])
        .answering("/device", move |_| Json(short.clone()))
        .answering("/oauth2/token", |_| {
            let error = json!({"error": "authorization_pending"});
            (StatusCode::BAD_REQUEST, Json(error))
        });
    let result = device(&idp, &[]).run();
    result
        .assert_code(1)
        .assert_says("The code has expired: it was good for 2 s");
    let idp = provider(&["authorization_pending"; 9]);
    let result = device(&idp, &["--timeout", "2"]).run();
    result
        .assert_code(1)
        .assert_says("Nobody signed in within 2 s")
        .assert_says("--timeout SECONDS");
}

#[test]
fn an_answer_that_does_not_come_is_no_end() {
    type Answer = fn(&std::net::SocketAddr) -> axum::response::Response;
    let breaks_off: Answer = |_| std::panic::resume_unwind(Box::new("no answer"));
    let overloaded: Answer = |_| StatusCode::SERVICE_UNAVAILABLE.into_response();
    for answer in [breaks_off, overloaded] {
        let idp = provider(&[]).answering("/oauth2/token", answer);
        let mut pending = device(&idp, &["--explain"]).start();
        pending.wait_for("No answer, or a server error. Asked again after 2 s.");
        idp.state().overrides.clear();
        let result = pending.result();
        result.assert_code(0).assert_says("Asked 2 times.");
    }
}

#[test]
fn ctrl_c_ends_it_and_the_page_shows_how_far_it_came() {
    let idp = provider(&["authorization_pending"; 99]);
    let mut pending = device(&idp, &["--explain", "--report", "login.html"]).start();
    pending.wait_for("authorization_pending");
    pending.signal("INT");
    let (result, folder) = pending.result_and_folder();
    result.assert_code(130);
    // It still works: whoever reads the log could get the tokens with it.
    result.assert_says_not(DEVICE_CODE);
    let page = std::fs::read_to_string(folder.path().join("login.html")).unwrap();
    assert!(page.contains("<h1>Sign-in failed</h1>"), "{page}");
    assert!(page.contains(USER_CODE), "{page}");
    assert!(!page.contains(DEVICE_CODE), "{page}");
}

/// Nothing comes back through a browser, so nothing is to be pasted.
#[test]
fn a_browser_that_does_not_open_is_no_end() {
    let idp = provider(&["authorization_pending"]);
    let result = device(&idp, &["--open"])
        .env("BROWSER", "/no/browser")
        .run();
    result
        .assert_code(0)
        .assert_says("Cannot open a browser with '/no/browser'")
        .assert_says("Open the address above yourself, on any device");
    result.assert_says_not("paste");
}

#[test]
fn print_gives_one_token() {
    for which in ["access", "id", "refresh"] {
        let idp = provider(&[]);
        let result = device(&idp, &["--print", which]).run();
        result.assert_code(0);
        assert_eq!(result.stdout.lines().count(), 1, "{}", result.stdout);
    }
}

#[test]
fn forged_tokens_are_refused_as_after_any_login() {
    for (name, value) in [
        ("aud", json!("another")),
        ("iss", json!("https://other")),
        ("exp", json!(1)),
    ] {
        let idp = Idp::provider_tampering("", move |t| t.id[name] = value.clone());
        device(&idp.with_discovery(offers_device), &[])
            .run()
            .assert_code(1)
            .assert_says(&format!("{name} of the id token"));
    }
}

#[test]
fn an_answer_without_good_codes_ends_it() {
    for (status, answer, said) in [
        (
            StatusCode::OK,
            json!({"device_code": "d"}),
            "the codes of RFC 8628 section 3.2",
        ),
        (
            StatusCode::OK,
            json!({"device_code": "d", "user_code": "u", "expires_in": 9, "verification_uri": "http://example.com"}),
            "is not protected",
        ),
        (
            StatusCode::OK,
            json!({"device_code": "d", "user_code": "u", "verification_uri": "https://example.com"}),
            "does not say how long its codes are good",
        ),
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "unauthorized_client"}),
            "The device authorization endpoint refused: unauthorized_client",
        ),
    ] {
        let answer = move |_: &_| (status, Json(answer.clone()));
        let idp = provider(&[]).answering("/device", answer);
        device(&idp, &[]).run().assert_code(1).assert_says(said);
    }
    device(&Idp::provider(""), &[])
        .run()
        .assert_code(1)
        .assert_says("names no device_authorization_endpoint");
}

/// What the server sends steers no terminal.
#[test]
fn a_code_with_control_characters_is_made_harmless() {
    let codes = json!({
        "device_code": DEVICE_CODE, "user_code": "A\u{1b}[2JB\nC", "expires_in": 60, "interval": 1,
        "verification_uri": "https://login.example.com/device",
    });
    let idp = provider(&[]).answering("/device", move |_| Json(codes.clone()));
    let result = device(&idp, &["--explain"]).run();
    result.assert_code(0);
    assert!(!result.stderr.contains('\u{1b}'), "{}", result.stderr);
}

fn refused(result: &RunResult, said: &str) {
    result.assert_code(2).assert_says(said);
}

#[test]
fn cognito_has_none_and_flags_of_a_browser_are_refused() {
    let idp = Idp::honest();
    let pool = format!("{}/{}", idp.url(), crate::idp::POOL);
    refused(
        &Program::new(&idp, &["device"]).run(),
        "Cognito, the sign-in server of the stack, has no device flow (RFC 8628)",
    );
    let of_others = Program::bare(&idp, &["device", "--issuer", &pool, "--client-id", "a"]).run();
    refused(&of_others, "Cognito has no device flow (RFC 8628)");
    let of_stack = Program::new(&idp, &["device", "--json"]).run();
    assert_eq!(of_stack.json()["error"]["code"], "usage");
    let other = provider(&[]);
    for (args, said) in [
        (&["--headless"][..], "unexpected argument '--headless'"),
        (
            &["--redirect-uri", "http://127.0.0.1:1/"],
            "unexpected argument '--redirect-uri'",
        ),
    ] {
        refused(&device(&other, args).run(), said);
    }
    let before = Program::bare(&other, &["--json", "device"]).run();
    refused(&before, "does not take --json before the word device");
    let issuer = other.issuer();
    let without = Program::bare(&other, &["device", "--issuer", &issuer]).run();
    refused(&without, "--issuer is given without --client-id");
    assert_eq!(other.state().calls.len(), 0);
    assert_eq!(idp.state().calls.len(), 0);
}
