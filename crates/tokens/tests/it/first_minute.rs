//! The first minute after `create`: the new host and stage do not work yet.

use std::net::SocketAddr;
use std::time::{SystemTime, UNIX_EPOCH};

use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::idp::{ISSUER, Idp, POOL};
use crate::program::Program;

/// A login right after `create`, in a cloud that settles in `settle` seconds.
fn login_to_new_stack(idp: &Idp, settle: &str) -> Program {
    let mut program = Program::new(idp, &["--headless"]).env("SETTLE_SECONDS", settle);
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    program.state["last_created_at"] = json!(now.as_millis() as u64);
    program
}

fn not_found(_: &SocketAddr) -> (StatusCode, Json<Value>) {
    (StatusCode::NOT_FOUND, Json(json!({"message": "Not Found"})))
}

/// Responds to `path` with `answer` until the program has requested it twice.
fn twice<R: IntoResponse + 'static>(path: &'static str, answer: fn(&SocketAddr) -> R) -> Idp {
    let idp = Idp::honest().answering(path, answer);
    let watched = idp.clone();
    std::thread::spawn(move || {
        while watched.count(path) < 2 {
            std::thread::yield_now();
        }
        watched.state().overrides.remove(path);
    });
    idp
}

#[test]
fn a_sign_in_host_that_is_not_ready_is_waited_for() {
    let idp = twice("/oauth2/authorize", |_| StatusCode::SERVICE_UNAVAILABLE);
    let result = login_to_new_stack(&idp, "30").run();
    result
        .assert_code(0)
        .assert_says("Waiting until the sign-in page answers: it is new ...");
    result.assert_prints("hello world");
}

#[test]
fn a_discovery_document_that_is_not_there_yet_is_waited_for() {
    static PATH: &str = "/us-east-1_test/.well-known/openid-configuration";
    assert!(PATH.contains(POOL));
    let idp = twice(PATH, not_found);
    let result = login_to_new_stack(&idp, "30").run();
    result
        .assert_code(0)
        .assert_says("Waiting until the discovery document answers: it is new ...");
}

fn without_a_sign_in_page(_: &SocketAddr) -> Json<Value> {
    let keys = format!("{ISSUER}/.well-known/jwks.json");
    Json(json!({ "issuer": ISSUER, "jwks_uri": keys }))
}

fn on_the_issuers_host(_: &SocketAddr) -> Json<Value> {
    let at = |path: &str| format!("{ISSUER}/{path}");
    Json(json!({
        "issuer": ISSUER,
        "authorization_endpoint": at("oauth2/authorize"),
        "token_endpoint": at("oauth2/token"),
        "jwks_uri": at(".well-known/jwks.json"),
    }))
}

/// The document of a new pool does not name its domain yet.
#[test]
fn a_discovery_document_without_the_domain_is_waited_for() {
    static PATH: &str = "/us-east-1_test/.well-known/openid-configuration";
    for document in [without_a_sign_in_page, on_the_issuers_host] {
        let idp = twice(PATH, document);
        let result = login_to_new_stack(&idp, "30").run();
        result
            .assert_code(0)
            .assert_says("Waiting until the discovery document answers: it is new ...");
        result.assert_says_not("make delete");
    }
}

#[test]
fn a_stage_that_is_not_deployed_is_asked_again() {
    let idp = twice("/dev/hello", not_found);
    let result = login_to_new_stack(&idp, "30").run();
    result
        .assert_code(0)
        .assert_says("Waiting until the API answers: it is new ...");
    result.assert_prints("200 OK");
    assert!(idp.api_calls() >= 3);
}

#[test]
fn the_wait_has_an_end() {
    let idp = Idp::honest().answering("/dev/hello", not_found);
    let result = login_to_new_stack(&idp, "0.3").run();
    result.assert_code(0).assert_says("Waiting until the API");
    result.assert_prints("404 Not Found");
    assert!(idp.api_calls() >= 2);
}

/// With an old stack there is nothing to wait for: an error is final.
#[test]
fn nothing_is_waited_for_when_the_stack_is_old() {
    let idp = Idp::honest().answering("/dev/hello", not_found);
    let result = Program::new(&idp, &["--headless"]).run();
    result.assert_code(0);
    result.assert_prints("404 Not Found");
    assert_eq!(idp.api_calls(), 1);
    result.assert_says_not("Waiting");
}
