//! The report page of a login: accessible, free of secrets, true to what
//! happened.

use std::path::PathBuf;

use ::browser::Browser;
use e2e::run_result::PASSWORD;
use e2e::{TestEnv, has};
use serde_json::{Value, json};

use crate::{picture, port_8083, with_stack};
use ::browser::pages::{Chromium, NEEDED, axe, reads_well};

fn page(env: &TestEnv, name: &str) -> PathBuf {
    env.dir().join(name)
}

/// Everything that the page has loaded besides itself.
async fn loaded(browser: &Browser) -> Value {
    browser
        .script("return performance.getEntriesByType('resource').map(entry => entry.name)")
        .await
}

/// Writes the page of a run that goes as `code` says.
fn write_page(env: &TestEnv, name: &str, args: &[&str], code: i32) {
    let args = [args, &["--report", name]].concat();
    env.run("tokens", &args).code(code);
}

#[test]
fn pages_of_a_login_a_refusal_a_failure_and_the_lab() {
    if !has("looking at reports with Chromium", &NEEDED) {
        return;
    }
    let _port = port_8083();
    let env = with_stack();
    let all = ["--headless", "--refresh", "--userinfo"];
    write_page(&env, "login.html", &all, 0);
    write_page(
        &env,
        "refused.html",
        &["--headless", "--scopes", "openid"],
        0,
    );
    let scope = ["--headless", "--scopes", "HelloAPI/hello.write"];
    write_page(&env, "scope.html", &scope, 1);
    write_page(&env, "late.html", &["--no-browser", "--timeout", "1"], 1);
    write_page(&env, "lab.html", &["lab", "--headless"], 0);
    let wrong = env.colleague().set("PASSWORD", "not-the-password");
    std::fs::copy(env.state_path(), wrong.state_path()).unwrap();
    let failed = page(&env, "failed.html").display().to_string();
    write_page(&wrong, &failed, &["--headless"], 1);

    let axe = axe();
    e2e::block_on(async {
        let chromium = Chromium::start(env.dir(), "reader").await;
        let browser = &chromium.browser;
        for (name, title, shown) in [
            ("login.html", "Signed in", "report.png"),
            (
                "refused.html",
                "Signed in, and refused by the API",
                "report-refused.png",
            ),
            ("failed.html", "Sign-in failed", "report-failed.png"),
            ("scope.html", "Sign-in failed", "report-scope.png"),
            ("late.html", "Sign-in failed", "report-late.png"),
            (
                "lab.html",
                "32 of 35 attacks were refused",
                "report-lab.png",
            ),
        ] {
            let path = page(&env, name);
            browser.go(&format!("file://{}", path.display())).await;
            browser.wait_for("h1", title).await;
            browser.look(1000, 1400, "light").await;
            picture(browser, shown).await;
            reads_well(browser, &axe, name).await;
            assert_eq!(loaded(browser).await, json!([]), "{name}");
        }
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
