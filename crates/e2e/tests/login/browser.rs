//! The whole login in a real browser, started by `tokens` through `BROWSER`.

use std::path::PathBuf;
use std::process::{Child, Stdio};

use e2e::run_result::PASSWORD;
use e2e::{RunResult, TestEnv};
use serde_json::json;

use ::browser::{Browser, command_line};

use crate::{has, picture, port_8083, with_stack};

const NEEDED: [&str; 2] = ["chromium", "chromedriver"];

/// `tokens`, waiting for the browser that it has started.
struct Login {
    child: Child,
    browser: Browser,
}

impl Login {
    async fn start(env: &TestEnv, args: &[&str]) -> Login {
        let profile: PathBuf = env.dir().join("profile");
        let mut command = env.command("tokens", args);
        command.env("BROWSER", command_line(&profile));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("tokens starts");
        let browser = Browser::attach(&profile).await;
        browser.look(900, 640, "light").await;
        Login { child, browser }
    }

    fn result(self) -> RunResult {
        RunResult::from(self.child.wait_with_output().expect("tokens ends"))
    }
}

/// The style was applied: the page's own policy allows it. On a phone nothing
/// sticks out to the side.
async fn is_readable(browser: &Browser) {
    let border = "return getComputedStyle(document.querySelector('header')).borderTopWidth";
    assert_eq!(browser.script(border).await, json!("6px"));
    browser.look(360, 640, "dark").await;
    let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
    assert_eq!(browser.script(fits).await, json!(true));
    let dark = "return getComputedStyle(document.body).backgroundColor";
    assert_eq!(browser.script(dark).await, json!("rgb(20, 23, 28)"));
    browser.look(900, 640, "light").await;
    assert_eq!(browser.script(dark).await, json!("rgb(244, 245, 247)"));
}

#[test]
fn a_person_signs_in_after_a_wrong_password() {
    if !has("signing in with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let login = e2e::block_on(async {
        let login = Login::start(&env, &[]).await;
        let browser = &login.browser;
        browser.wait_for("h1", "Sign in").await;
        picture(browser, "sign-in.png").await;

        browser.fill("#username", "Testuser").await;
        browser.fill("#password", "not-the-password").await;
        browser.click("button").await;
        browser
            .wait_for(".error", "Incorrect username or password")
            .await;

        browser.fill("#username", "Testuser").await;
        browser.fill("#password", PASSWORD).await;
        browser.click("button").await;
        browser.wait_for("h1", "Signed in").await;
        assert!(
            browser
                .text("main")
                .await
                .contains("You are signed in as Testuser")
        );
        assert!(
            browser
                .url()
                .await
                .starts_with("http://localhost:8083/callback?code=")
        );
        is_readable(browser).await;
        login
    });
    let result = login.result().code(0);
    result
        .stdout_has("< HTTP/1.1 200 OK")
        .stdout_has("\nhello world\n");
    env.delete().code(0);
}

#[test]
fn a_person_denies_access() {
    if !has("denying access with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let login = e2e::block_on(async {
        let login = Login::start(&env, &[]).await;
        let browser = &login.browser;
        browser.wait_for("h1", "Sign in").await;
        // The local cloud's page has no way to say no; this is where a no leads.
        let state = "return document.querySelector('input[name=state]').value";
        let state = browser.script(state).await;
        let back =
            "http://localhost:8083/callback?error=access_denied&error_description=User+said+no";
        // Without the state first: whoever sent that is told, and nothing ends.
        browser.go(back).await;
        browser.wait_for("h1", "Not the answer to a sign-in").await;
        browser
            .go(&format!(
                "{back}&state={}",
                state.as_str().expect("a state")
            ))
            .await;
        browser.wait_for("h1", "Sign-in failed").await;
        assert!(
            browser
                .text("main")
                .await
                .contains("access_denied: User said no")
        );
        is_readable(browser).await;
        login
    });
    login
        .result()
        .code(1)
        .stderr_has("The sign-in server refused: access_denied: User said no");
    env.delete().code(0);
}
