//! Every experiment of `tokens lab` against the local cloud: who refuses and
//! why, not only that it is refused.

use std::process::Stdio;

use ::browser::Browser;
use e2e::run_result::PASSWORD;
use e2e::{RunResult, TestEnv, has};
use serde_json::json;

use crate::person::{addresses_in, note_addresses};
use crate::{picture, port_8083, with_stack};
use ::browser::pages::{Chromium, NEEDED, axe, reads_well};

/// Name, who refuses, and the part of the answer that shows the reason.
#[rustfmt::skip] // one line each
const EXPECTED: [(&str, &str, &str); 32] = [
    ("no-token", "the gateway", "401 Unauthorized"),
    ("no-scope", "the gateway", "403 Forbidden"),
    ("id-token", "the gateway", "403 Forbidden"),
    ("other-api", "the gateway", "the other way round, our token at the second API: 200 OK hello Testuser"),
    ("query-token", "the gateway", "401 Unauthorized"),
    ("changed-payload", "the gateway", "401 Unauthorized"),
    ("alg-none", "the gateway", "401 Unauthorized"),
    ("hs256-public-key", "the gateway", "401 Unauthorized"),
    ("weak-secret", "the gateway", "401 Unauthorized"),
    ("other-key", "the gateway", "401 Unauthorized"),
    ("jwk-header", "the gateway", "401 Unauthorized"),
    ("jku-header", "the gateway", "the key set was fetched once, by the twin"),
    ("kid-path", "the gateway", "401 Unauthorized"),
    ("expired", "this client", "exp of the access token: expected in the future, got 2 min ago"),
    ("other-issuer", "this client", "iss of the id token: expected https://cognito-idp."),
    ("other-audience", "this client", "got another-client"),
    ("token-type", "this client", "token_use of the access token: expected access, got id"),
    ("nonce-swapped", "this client", "nonce of the id token: expected "),
    ("forged-callback", "this client", "400 Bad Request, and the listener keeps waiting"),
    ("login-csrf", "this client", "400 Bad Request, and the listener keeps waiting"),
    ("mix-up", "this client", "400 Bad Request, and the listener keeps waiting"),
    ("code-twice", "the sign-in server", "invalid_grant"),
    ("wrong-verifier", "the sign-in server", "invalid_grant: PKCE verification failed."),
    ("no-verifier", "the sign-in server", "invalid_grant: code_verifier is required."),
    ("code-injection", "the sign-in server", "invalid_grant: PKCE verification failed."),
    ("pkce-downgrade", "the sign-in server", "back to redirect_uri: invalid_request"),
    ("other-redirect", "the sign-in server", "redirect_uri is not allowed"),
    ("redirect-tricks", "the sign-in server", "a path with ..: 400 Bad Request"),
    ("other-scope", "the sign-in server", "invalid_scope"),
    ("other-client", "the sign-in server", "invalid_grant: client_id mismatch."),
    ("more-scope", "the sign-in server", "scope \"openid\": nothing was added"),
    ("revoked-refresh-token", "the sign-in server", "invalid_grant: Invalid refresh token."),
];

/// What the careless twin of an experiment leaves out, and what the attacker
/// gets from it.
#[rustfmt::skip] // one line each
const TWINS: [(&str, &str, &str); 21] = [
    ("no-scope", "an API without the check of scope", "200 OK hello Testuser"),
    ("id-token", "an API without the check of scope", "200 OK hello Testuser"),
    ("other-api", "an API without the check of scope", "200 OK hello Testuser"),
    ("query-token", "an API without the check of header", "GET /?access_token=eyJ"),
    ("changed-payload", "an API without the check of signature", "200 OK hello Testuser"),
    ("alg-none", "an API without the check of alg", "200 OK hello Testuser"),
    ("hs256-public-key", "an API without the check of alg", "200 OK hello Testuser"),
    ("weak-secret", "an API without the check of alg", "200 OK hello admin"),
    ("other-key", "an API without the check of signature", "200 OK hello Testuser"),
    ("jwk-header", "an API without the check of kid", "200 OK hello Testuser"),
    ("jku-header", "an API without the check of kid", "200 OK hello Testuser"),
    ("kid-path", "an API without the check of kid", "200 OK hello Testuser"),
    ("expired", "a client without the check of exp", "signed in as Testuser"),
    ("other-issuer", "a client without the check of iss", "signed in as Testuser"),
    ("other-audience", "a client without the check of aud", "signed in as Testuser"),
    ("token-type", "a client without the check of token_use", "signed in as Testuser"),
    ("nonce-swapped", "a client without the check of nonce", "signed in as Testuser"),
    ("pkce-removed", "a sign-in server without the check of code_challenge", "tokens of the attacker's account"),
    ("forged-callback", "a listener without the check of state", "the code 'of-the-attacker' taken"),
    ("login-csrf", "a listener without the check of state", "the victim now works in the attacker's account"),
    ("mix-up", "a listener without the check of iss", "received code=of-the-honest-server and code_verifier="),
];

/// What was printed about one experiment.
fn block<'a>(blocks: &[&'a str], name: &str) -> &'a str {
    let heading = format!("/35 {name}");
    let is_its = |block: &&&str| {
        let mut lines = block.lines();
        lines.next().is_some_and(|line| line.ends_with(&heading))
    };
    let found = blocks.iter().find(is_its);
    found.unwrap_or_else(|| panic!("no {name} in {blocks:?}"))
}

#[test]
fn every_attack_is_refused_by_the_right_one_for_the_right_reason() {
    let _port = port_8083();
    let env = with_stack();
    let result = env.run("tokens", &["lab", "--headless"]).code(0);
    let blocks: Vec<&str> = result.stdout.split("\n\n").collect();
    for (name, who, reason) in EXPECTED {
        let block = block(&blocks, name);
        assert!(block.contains(&format!("\nRefused: by {who}\n")), "{block}");
        let answer = &block[block.find("\nAnswer:").expect("an answer")
            ..block.find("\nRefused:").expect("who refused")];
        assert!(answer.contains(reason), "no {reason:?} in {block}");
        assert!(block.ends_with("\nPASS"), "{block}");
    }
    for (name, without, got) in TWINS {
        let block = block(&blocks, name);
        let twin = &block
            [block.find("\nTwin:").expect("a twin")..block.find("\nAnswer:").expect("an answer")];
        let succeeds = format!("\nTwin:    {without}: the attack succeeds\nGot:     ");
        assert!(twin.contains(&succeeds), "no {succeeds:?} in {block}");
        assert!(twin.contains(got), "no {got:?} in {block}");
        assert!(twin.contains("\nLacks:   "), "{block}");
        if EXPECTED.contains(&(name, "the gateway", "401 Unauthorized")) {
            let check = without.rsplit(' ').next().expect("a check");
            let check = format!("\nCheck:   {check} of the access token: ");
            assert!(block.contains(&check), "no {check:?} in {block}");
        }
    }
    // The local cloud does not enforce the rules behind two, and does
    // not rotate refresh tokens.
    result
        .stdout_has(
            "NOT SHOWN: this cloud checks the password although the client has no password flow",
        )
        .stdout_has("NOT SHOWN: the server does not rotate")
        .stdout_has("NOT SHOWN: this cloud compares a code_verifier only where")
        .stdout_has("35 experiments: 32 PASS, 3 NOT SHOWN, 0 FAIL");
}

/// Runs the whole lab with `--report lab.html` and a browser, in which `person`
/// answers each sign-in, given its number from 1. Returns the result and how
/// many sign-ins there were.
fn lab_with_browser(env: &TestEnv, person: impl AsyncFn(&Browser, usize)) -> (RunResult, usize) {
    let (program, addresses) = note_addresses(env.dir());
    let mut command = env.command("tokens", &["lab", "--report", "lab.html"]);
    command
        .env("BROWSER", program)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("tokens starts");
    let mut sign_ins = 0;
    e2e::block_on(async {
        let chromium = Chromium::start(env.dir(), "person").await;
        let mut tick = tokio::time::interval(std::time::Duration::from_millis(50));
        while child.try_wait().expect("its state").is_none() {
            tick.tick().await;
            if let Some(address) = addresses_in(&addresses).get(sign_ins) {
                sign_ins += 1;
                chromium.browser.go(address).await;
                person(&chromium.browser, sign_ins).await;
            }
        }
    });
    (RunResult::wait(child), sign_ins)
}

async fn sign_in(browser: &Browser) {
    browser.fill("#username", "Testuser").await;
    browser.fill("#password", PASSWORD).await;
    browser.click("button").await;
    browser.wait_for("h1", "Code received").await;
}

#[test]
fn the_whole_lab_with_a_browser_needs_two_sign_ins() {
    if !has("the lab with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let (result, sign_ins) = lab_with_browser(&env, async |browser, _| sign_in(browser).await);
    result
        .code(0)
        .stdout_has("35 experiments: 32 PASS, 3 NOT SHOWN, 0 FAIL")
        .stdout_has("400 Bad Request, and the listener keeps waiting")
        .stderr_has("Sign-in 1: it serves 25 of the 35 experiments.")
        .stderr_has("Sign-in 2: no-scope, other-api, changed-payload and more-scope need a token");
    assert_eq!(sign_ins, 2);
}

#[test]
fn a_lab_that_stops_early_says_so_on_a_red_page() {
    if !has("a stopped lab with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let (result, _) = lab_with_browser(&env, async |browser, number| {
        if number == 1 {
            return sign_in(browser).await;
        }
        let script = "return document.querySelector('input[name=state]').value";
        let value = browser.script(script).await;
        let state = value.as_str().expect("a state");
        let back = format!("http://localhost:8083/callback?error=access_denied&state={state}");
        browser.go(&back).await;
        browser.wait_for("h1", "Sign-in failed").await;
    });
    result
        .code(1)
        .stdout_has("35 experiments: 1 PASS, 0 NOT SHOWN, 0 FAIL, 34 NOT RUN")
        .stderr_has("The sign-in server refused: access_denied");
    let html = std::fs::read_to_string(env.dir().join("lab.html")).expect("a page");
    assert_eq!(html.matches("<strong>NOT RUN</strong>").count(), 34);
    e2e::block_on(async {
        let chromium = Chromium::start(env.dir(), "reader").await;
        let browser = &chromium.browser;
        let path = env.dir().join("lab.html");
        browser.go(&format!("file://{}", path.display())).await;
        browser
            .wait_for("h1", "Stopped after 1 of 35 experiments")
            .await;
        browser
            .wait_for("header", "The sign-in server refused: access_denied")
            .await;
        let colour = "return getComputedStyle(document.querySelector('header')).borderTopColor";
        assert_eq!(browser.script(colour).await, json!("rgb(168, 32, 26)"));
        browser.look(1000, 1400, "light").await;
        picture(browser, "report-lab-stopped.png").await;
        reads_well(browser, &axe(), "a stopped lab").await;
    });
}

#[test]
fn pages_of_an_experiment_show_what_the_twin_gives_away_before_ours_refuses() {
    if !has("an experiment's page with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let names = ["alg-none", "login-csrf"];
    let args = [&["lab", "--headless", "--report", "one.html"], &names[..]].concat();
    env.run("tokens", &args).code(0);
    e2e::block_on(async {
        let chromium = Chromium::start(env.dir(), "reader").await;
        let browser = &chromium.browser;
        let path = env.dir().join("one.html");
        browser.go(&format!("file://{}", path.display())).await;
        browser.wait_for("h1", "2 of 2 attacks were refused").await;
        let open = "for (const one of document.querySelectorAll('details')) one.open = true; \
                    return [...document.querySelectorAll('details')].map(one => one.innerText)";
        let shown = browser.script(open).await;
        let in_order: [&[&str]; 2] = [
            &[
                "Against a careless twin",
                "200 OK hello Testuser",
                "of.check(\"alg\", alg == \"RS256\"",
                "Against the gateway",
                "401 Unauthorized",
                "It fails at this check: alg of the access token",
            ],
            &[
                "the attacker",
                "the victim",
                "opens the page",
                "Against a careless twin",
                "the victim now works in the attacker's account",
                "constant_time_eq",
                "Against this client",
                "400 Bad Request",
            ],
        ];
        for (number, parts) in in_order.iter().enumerate() {
            let mut rest = shown[number].as_str().expect("text");
            for part in *parts {
                let Some(at) = rest.find(part) else {
                    panic!("no {part:?} in {rest}, of {shown}");
                };
                rest = &rest[at..];
            }
        }
        reads_well(browser, &axe(), "an experiment").await;
        browser.look(1000, 1400, "light").await;
        browser
            .script("document.getElementById('alg-none').scrollIntoView()")
            .await;
        picture(browser, "report-lab-twin.png").await;
    });
    env.delete().code(0);
}
