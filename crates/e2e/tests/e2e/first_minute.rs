//! The first minute: `create` reports the sign-in page and the API as available
//! only once they respond.

use std::time::Duration;

use e2e::run_result::get_without_token;
use e2e::{ProxiedEnv, Rules, RunResult, block_on};

/// Runs `create` in a cloud where new hosts and stages fail for `not_ready`.
fn create(settle: &str, not_ready: Duration) -> (ProxiedEnv, RunResult) {
    let mut proxied = ProxiedEnv::new();
    proxied.env.change("SETTLE_SECONDS", settle);
    let rules = Rules {
        not_ready: Some(not_ready),
        ..Rules::default()
    };
    let result = proxied.run("create", &[], rules).code(0);
    (proxied, result)
}

/// The API's current response status for a request without a token.
fn status(proxied: &ProxiedEnv) -> u16 {
    let state = proxied.env.state();
    let url = state["api_url"].as_str().expect("an address");
    block_on(get_without_token(url))
}

#[test]
fn create_waits_until_page_and_api_answer() {
    let (proxied, result) = create("5", Duration::from_secs(2));
    assert_eq!(status(&proxied), 401);
    let gave_up = result.stderr.contains("does not answer yet");
    assert!(!gave_up, "{result:#?}");
    result
        .stderr_has("Waiting until the sign-in page answers: it is new ...")
        .stderr_has("Waiting until the API answers: it is new ...");
    let seen = |status| {
        let calls = proxied.proxy.calls();
        calls.iter().any(|call| call.status == Some(status))
    };
    assert!(seen(503) && seen(404) && seen(401));
    proxied.delete_all("a slow first minute");
}

#[test]
fn create_ends_with_a_note_when_it_takes_longer() {
    let (proxied, result) = create("0.3", Duration::from_secs(3600));
    assert_eq!(status(&proxied), 404);
    result
        .stderr_has("note: the sign-in page does not answer yet as it should")
        .stderr_has("note: the API does not answer yet as it should")
        .stdout_has("State saved in 'state.json'");
    proxied.delete_all("a first minute without end");
}
