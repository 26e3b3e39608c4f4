//! The whole login in a real browser, which `tokens` starts through `BROWSER`.

use std::process::Stdio;

use e2e::run_result::PASSWORD;
use e2e::{RunResult, has};
use serde_json::json;

use ::browser::{Browser, command_line};

use crate::{picture, port_8083, with_stack};
use ::browser::pages::{NEEDED, axe, reads_well};

/// Runs `tokens` with a new stack, and `steps` as what the person does in the
/// browser that it opens. Returns the result of `tokens`.
fn login(steps: impl AsyncFnOnce(&Browser)) -> RunResult {
    let _port = port_8083();
    let env = with_stack();
    let profile = env.dir().join("profile");
    let mut command = env.command("tokens", &[]);
    command
        .env("BROWSER", command_line(&profile))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command.spawn().expect("tokens starts");
    let result = e2e::block_on(async {
        let browser = Browser::attach(&profile).await;
        browser.look(900, 640, "light").await;
        browser.wait_for("h1", "Sign in").await;
        steps(&browser).await;
        is_readable(&browser).await;
        RunResult::wait(child)
    });
    env.delete().code(0);
    result
}

async fn sign_in(browser: &Browser, password: &str) {
    browser.fill("#username", "Testuser").await;
    browser.fill("#password", password).await;
    browser.click("button").await;
}

/// Asserts that the page's style is applied, so its Content-Security-Policy
/// allows it, in either scheme, and that it reads well.
async fn is_readable(browser: &Browser) {
    let border = "return getComputedStyle(document.querySelector('header')).borderTopWidth";
    assert_eq!(browser.script(border).await, json!("6px"));
    let colour = "return getComputedStyle(document.body).backgroundColor";
    for (scheme, expected) in [("dark", "rgb(20, 23, 28)"), ("light", "rgb(244, 245, 247)")] {
        browser.look(900, 640, scheme).await;
        assert_eq!(browser.script(colour).await, json!(expected));
    }
    reads_well(browser, &axe(), "the page in the browser").await;
    browser.look(900, 640, "light").await;
}

#[test]
fn a_person_signs_in_after_a_wrong_password() {
    if !has("signing in with Chromium", &NEEDED) {
        return;
    }
    let result = login(async |browser| {
        picture(browser, "sign-in.png").await;
        sign_in(browser, "not-the-password").await;
        let error = "Incorrect username or password";
        browser.wait_for(".error", error).await;
        sign_in(browser, PASSWORD).await;
        browser.wait_for("h1", "Signed in").await;
        let text = browser.text("main").await;
        assert!(text.contains("You are signed in as Testuser"), "{text}");
        let url = browser.url().await;
        let callback = "http://localhost:8083/callback?code=";
        assert!(url.starts_with(callback), "{url}");
    });
    result
        .code(0)
        .stdout_has("< HTTP/1.1 200 OK")
        .stdout_has("\nhello world\n");
}

#[test]
fn a_person_denies_access() {
    if !has("denying access with Chromium", &NEEDED) {
        return;
    }
    let result = login(async |browser| {
        // The local cloud's page has no way to deny access; this simulates it.
        let script = "return document.querySelector('input[name=state]').value";
        let value = browser.script(script).await;
        let state = value.as_str().expect("a state");
        let back =
            "http://localhost:8083/callback?error=access_denied&error_description=User+said+no";
        // First without the state: that is rejected, and the login continues.
        browser.go(back).await;
        browser.wait_for("h1", "Not the answer to a sign-in").await;
        browser.go(&format!("{back}&state={state}")).await;
        browser.wait_for("h1", "Sign-in failed").await;
        let text = browser.text("main").await;
        assert!(text.contains("access_denied: User said no"), "{text}");
    });
    result
        .code(1)
        .stderr_has("The sign-in server refused: access_denied: User said no");
}
