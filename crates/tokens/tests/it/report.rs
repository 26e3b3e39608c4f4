//! The report of a login: in the browser, and in a file.

use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;

use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};
use url::Url;

use crate::idp::Idp;
use crate::program::{Program, RunResult};
use crate::raw_http;

const MARKUP: &str = "<script>alert('x')</script>\u{1b}[2J";

/// Runs a headless login with `--report`; returns the report and the result.
fn report(idp: &Idp, args: &[&str]) -> (String, RunResult) {
    let args = [&["--headless", "--report", "login.html"], args].concat();
    let mut program = Program::new(idp, &args);
    let dir = program.dir.path().to_owned();
    let result = program.run_and_keep();
    let html = std::fs::read_to_string(dir.join("login.html"))
        .unwrap_or_else(|error| panic!("{error}: {}", result.printed()));
    (html, result)
}

/// Asserts that the page has no script, no `src` and no control character.
fn is_harmless(html: &str) {
    assert!(
        !html.contains("<script") && !html.contains("src="),
        "{html}"
    );
    let control = |c: char| c.is_control() && c != '\n';
    assert!(!html.contains(control), "{html:?}");
}

#[test]
fn the_browser_shows_what_was_really_sent() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--no-browser", "--explain"]).start();
    let sent = Url::parse(&login.address).unwrap();
    let page = raw_http::get(&idp.approve(&login.address));
    let result = login.result();
    result.assert_code(0);
    for name in ["state", "nonce", "code_challenge", "client_id"] {
        let (_, value) = sent.query_pairs().find(|(key, _)| key == name).unwrap();
        assert!(page.body.contains(&*value), "no {name} in {}", page.body);
    }
    let told = result
        .stderr
        .lines()
        .filter(|line| line.starts_with('['))
        .count();
    let shown = page.body.matches("<details id=\"step-").count();
    assert_eq!(shown, told);
    assert!(page.body.contains("the API said 200 hello world"));
    assert!(page.body.len() < 150_000, "{} bytes", page.body.len());
}

#[test]
fn the_same_checks_as_in_the_json() {
    let idp = Idp::honest();
    let (html, result) = report(&idp, &["--json"]);
    let json: Value = serde_json::from_str(&result.stdout).unwrap();
    let checks = json["checks"].as_array().unwrap();
    for check in checks {
        let name = format!("<td>{}</td>", check["check"].as_str().unwrap());
        assert!(html.contains(&name), "no {name} in {html}");
    }
    let steps = json["steps"].as_array().unwrap();
    assert_eq!(steps.len(), html.matches("<details id=\"step-").count());
    let held = checks
        .iter()
        .filter(|check| check["verdict"] == "ok")
        .count();
    assert!(html.contains(&format!("{held} checks hold, 0 failed")));
}

#[test]
fn a_check_that_fails_is_shown_and_the_api_was_not_called() {
    let idp = Idp::tampering(|forge| forge.id["nonce"] = json!("another"));
    let (html, result) = report(&idp, &[]);
    result.assert_code(1);
    assert!(html.contains("<h1>Sign-in failed</h1>"), "{html}");
    assert!(html.contains("<td class=\"fail\"><strong>FAILED</strong></td>"));
    assert!(html.contains("Next: the API was not called"));
    assert!(!html.contains("the API said"));
}

#[test]
fn a_refusal_of_the_api_is_shown() {
    fn forbidden(_: &SocketAddr) -> Response {
        (axum::http::StatusCode::FORBIDDEN, "no").into_response()
    }
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/dev/hello", forbidden);
    });
    let (html, result) = report(&idp, &[]);
    result.assert_code(0);
    assert!(html.contains("<h1>Signed in, and refused by the API</h1>"));
    assert!(html.contains("the API said 403 no"));
}

#[test]
fn a_login_that_fails_writes_a_report_too() {
    let idp = Idp::honest();
    let program = Program::new(&idp, &["--headless", "--report", "login.html"]);
    let dir = program.dir.path().to_owned();
    let mut program = program.env("PASSWORD", "not-the-password");
    program.run_and_keep().assert_code(1);
    let html = std::fs::read_to_string(dir.join("login.html")).unwrap();
    assert!(html.contains("<h1>Sign-in failed</h1>"), "{html}");
    assert!(!html.contains("not-the-password"));
    let mode = std::fs::metadata(dir.join("login.html"))
        .unwrap()
        .permissions();
    assert_eq!(mode.mode() & 0o777, 0o600);
}

#[test]
fn what_others_say_is_text_on_the_page() {
    fn hostile(_: &SocketAddr) -> Response {
        MARKUP.into_response()
    }
    let idp = Idp::tampering(|forge| {
        forge.id["cognito:username"] = json!(MARKUP);
        forge.id["custom:<b>"] = json!(MARKUP);
    })
    .with(|state| {
        state.overrides.insert("/dev/hello", hostile);
    });
    let (html, _) = report(&idp, &[]);
    is_harmless(&html);
    assert!(
        html.contains("&lt;script&gt;alert('x')&lt;/script&gt;"),
        "{html}"
    );
    assert!(!html.contains("<b>"));
}

#[test]
fn only_a_report_is_written_over() {
    let idp = Idp::honest();
    let run = |dir: &std::path::Path, args: &[&str]| {
        let args = [&["--headless", "--report", "page.html"], args].concat();
        let mut program = Program::new(&idp, &args);
        std::fs::copy(dir.join("page.html"), program.dir.path().join("page.html")).unwrap();
        let path = program.dir.path().join("page.html");
        let result = program.run_and_keep();
        (std::fs::read_to_string(path).unwrap(), result)
    };
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("page.html"), "my homework").unwrap();
    let (kept, result) = run(dir.path(), &[]);
    result
        .assert_code(2)
        .assert_says("already exists and is not a report");
    assert_eq!((kept.as_str(), idp.api_calls()), ("my homework", 0));
    let (html, result) = run(dir.path(), &["--force"]);
    result.assert_code(0);
    assert!(html.contains("Signed in"));
    std::fs::write(dir.path().join("page.html"), html).unwrap();
    run(dir.path(), &[]).1.assert_code(0);
}

#[test]
fn a_code_that_was_not_exchanged_is_on_no_page() {
    fn unavailable(_: &SocketAddr) -> Response {
        axum::http::StatusCode::SERVICE_UNAVAILABLE.into_response()
    }
    let idp = Idp::honest().with(|state| {
        state.overrides.insert("/oauth2/token", unavailable);
    });
    let (html, result) = report(&idp, &["--explain"]);
    result.assert_code(1);
    let line = |start: &str| {
        let mut lines = result.stderr.lines().map(str::trim);
        let rest = lines.find_map(|line| line.strip_prefix(start));
        rest.unwrap_or_else(|| panic!("no {start} in {}", result.stderr))
    };
    for secret in [line("code_verifier = "), line("code = ")] {
        assert!(!html.contains(secret), "{secret} in {html}");
    }
    assert!(html.contains("(hidden: not spent)"));
    assert!(
        html.contains(line("nonce = ")),
        "what is no secret is shown"
    );
}
