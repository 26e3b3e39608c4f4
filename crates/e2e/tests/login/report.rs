//! The report page of a login: accessible, free of secrets, true to what
//! happened.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use ::browser::{Browser, command_line};
use e2e::run_result::PASSWORD;
use e2e::{TestEnv, workspace};
use serde_json::{Value, json};

use crate::{has, picture, port_8083, with_stack};

const NEEDED: [&str; 2] = ["chromium", "chromedriver"];

fn page(env: &TestEnv, name: &str) -> PathBuf {
    env.dir().join(name)
}

/// The source of axe-core, which make installs.
fn axe() -> String {
    let lib = workspace().join(".venv/lib");
    let mut pythons = std::fs::read_dir(lib).expect("run 'make test'");
    let found = pythons.find_map(|python| {
        let package = "site-packages/axe_playwright_python/axe.min.js";
        std::fs::read_to_string(python.ok()?.path().join(package)).ok()
    });
    found.expect("axe-core is missing: run 'make test'")
}

/// axe-core's findings on the current page: rule and element.
async fn findings(browser: &Browser, axe: &str) -> Value {
    browser.script(axe).await;
    browser
        .script("return axe.run().then(found => found.violations.map(rule => rule.id + ': ' + rule.nodes.map(node => node.target).join(', ')))")
        .await
}

/// Asserts that axe-core finds nothing on screen, phone or in print.
async fn is_accessible(browser: &Browser, axe: &str) {
    for (width, scheme) in [
        (1200, "light"),
        (1200, "dark"),
        (360, "light"),
        (360, "dark"),
    ] {
        browser.look(width, 900, scheme).await;
        let found = findings(browser, axe).await;
        assert_eq!(found, json!([]), "{width} pixels, {scheme}");
        let fits = "return document.documentElement.scrollWidth <= window.innerWidth";
        assert_eq!(browser.script(fits).await, json!(true), "{width} pixels");
    }
    let print = json!({ "media": "print" });
    browser.chromium("Emulation.setEmulatedMedia", print).await;
    assert_eq!(findings(browser, axe).await, json!([]), "print");
    browser
        .chromium("Emulation.setEmulatedMedia", json!({ "media": "" }))
        .await;
}

/// Everything that the page has loaded besides itself.
async fn loaded(browser: &Browser) -> Value {
    browser
        .script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        .await
}

#[test]
fn pages_of_a_login_a_refusal_a_failure_and_the_lab() {
    if !has("looking at reports with Chromium", &NEEDED) {
        return;
    }
    let env = with_stack();
    let run = |args: &[&str], name: &str| env.run("tokens", &[args, &["--report", name]].concat());
    run(&["--headless", "--refresh", "--userinfo"], "login.html").code(0);
    run(&["--headless", "--scopes", "openid"], "refused.html").code(0);
    run(&["lab", "--headless"], "lab.html").code(0);
    let wrong = env.colleague().set("PASSWORD", "not-the-password");
    std::fs::copy(env.state_path(), wrong.state_path()).unwrap();
    let failed = page(&env, "failed.html").display().to_string();
    wrong
        .run("tokens", &["--headless", "--report", &failed])
        .code(1);

    let axe = axe();
    e2e::block_on(async {
        let profile = env.dir().join("profile");
        let line = command_line(&profile);
        let mut words = line.split_whitespace();
        let mut chromium = Command::new(words.next().expect("a program"));
        chromium.args(words).arg("about:blank");
        chromium.stdout(Stdio::null()).stderr(Stdio::null());
        let mut running = chromium.spawn().expect("Chromium starts");
        let browser = Browser::attach(&profile).await;
        for (name, title, shown) in [
            ("login.html", "Signed in", Some("report.png")),
            ("refused.html", "Signed in, and refused by the API", None),
            ("failed.html", "Sign-in failed", Some("report-failed.png")),
            (
                "lab.html",
                "19 of 20 attacks were refused",
                Some("report-lab.png"),
            ),
        ] {
            browser
                .go(&format!("file://{}", page(&env, name).display()))
                .await;
            browser.wait_for("h1", title).await;
            is_accessible(&browser, &axe).await;
            assert_eq!(loaded(&browser).await, json!([]), "{name}");
            browser.look(1000, 1400, "light").await;
            if let Some(file) = shown {
                picture(&browser, file).await;
            }
        }
        drop(browser);
        let _ = running.kill();
        let _ = running.wait();
    });
    env.delete().code(0);
}

#[test]
fn no_secret_is_on_a_page() {
    let _port = port_8083();
    let env = with_stack();
    let args = [
        "--headless",
        "--json",
        "--refresh",
        "--report",
        "login.html",
    ];
    let result = env.run("tokens", &args).code(0);
    let json: Value = serde_json::from_str(&result.stdout).expect("JSON");
    env.run("tokens", &["lab", "--headless", "--report", "lab.html"])
        .code(0);
    let login = std::fs::read_to_string(page(&env, "login.html")).unwrap();
    let lab = std::fs::read_to_string(page(&env, "lab.html")).unwrap();
    assert!(login.contains("… (cut)"));
    let tokens = [&json["tokens"], &json["refresh"]["tokens"]];
    for token in ["id_token", "access_token", "refresh_token"] {
        for secret in tokens.iter().filter_map(|tokens| tokens[token].as_str()) {
            // A token is useless without its signature.
            let signature = secret.rsplit('.').next().expect("a part");
            for page in [&login, &lab] {
                assert!(!page.contains(signature), "{token} is on a page");
            }
        }
    }
    for secret in [
        PASSWORD,
        env.setting("AWS_SECRET_ACCESS_KEY"),
        "Cookie",
        "cookie:",
    ] {
        assert!(!login.contains(secret) && !lab.contains(secret), "{secret}");
    }
    env.delete().code(0);
}
