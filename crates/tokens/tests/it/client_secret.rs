//! A client with a secret: how it authenticates, and that the secret is shown
//! nowhere.

use axum::Json;
use axum::http::StatusCode;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp};
use crate::idp_clients::{Seen, offer};
use crate::program::{Program, RunResult};
use crate::raw_http;

/// Characters that change on their way (RFC 6749 section 2.3.1).
const SECRET: &str = "Xyzzy: 50%+/?&=~ ö plugh";
const ENCODED: &str = "Xyzzy%3A+50%25%2B%2F%3F%26%3D%7E+%C3%B6+plugh";

fn provider(methods: fn(&mut Value)) -> Idp {
    let idp = Idp::provider("").with_discovery(methods);
    idp.with(|state| state.clients.secret = Some(SECRET))
}

fn with_post_only(document: &mut Value) {
    document["token_endpoint_auth_methods_supported"] = json!(["none", "client_secret_post"]);
}

/// Signs in with the secret in the environment; no output has it.
fn login(idp: &Idp, args: &[&str]) -> (RunResult, String) {
    let report = ["--no-browser", "--report", "login.html"];
    let program = Program::at_provider(idp, &[&report, args].concat());
    let login = program.env("CLIENT_SECRET", SECRET).start();
    raw_http::get(&idp.approve(&login.address));
    let (result, folder) = login.result_and_folder();
    let page = std::fs::read_to_string(folder.path().join("login.html")).unwrap();
    for text in [&result.stdout, &result.stderr, &page] {
        assert_has_no_secret(text);
    }
    (result, page)
}

fn assert_has_no_secret(text: &str) {
    let basic = STANDARD.encode(format!("{CLIENT}:{ENCODED}"));
    for word in ["Xyzzy", "plugh", &basic] {
        assert!(!text.contains(word), "{word} in {text}");
    }
}

fn posts(idp: &Idp) -> Vec<Seen> {
    let seen = idp.state().clients.seen.clone();
    let forms = seen.into_iter().filter(|seen| !seen.form.is_empty());
    forms.collect()
}

#[test]
fn it_is_sent_as_discovery_says_to_every_endpoint_and_shown_nowhere() {
    let with_par = |document: &mut Value| {
        offer(document, "pushed_authorization_request_endpoint", "/par");
    };
    let both = |document: &mut Value| {
        let methods = json!(["client_secret_post", "client_secret_basic"]);
        document["token_endpoint_auth_methods_supported"] = methods;
        offer(document, "pushed_authorization_request_endpoint", "/par");
    };
    let post_only = |document: &mut Value| {
        with_post_only(document);
        offer(document, "pushed_authorization_request_endpoint", "/par");
    };
    type Discovery = fn(&mut Value);
    let methods: [(Discovery, &[&str], bool); 5] = [
        (with_par, &[], true),
        (both, &[], true),
        (post_only, &[], false),
        (both, &["--client-auth", "post"], false),
        (post_only, &["--client-auth", "basic"], true),
    ];
    for (methods, flags, basic) in methods {
        for output in ["--explain", "--json"] {
            let idp = provider(methods);
            let all = ["--par", "--refresh", "--userinfo", "--logout", output];
            let (result, page) = login(&idp, &[&all, flags].concat());
            result.assert_code(0);
            let posts = posts(&idp);
            let paths: Vec<&str> = posts.iter().map(|seen| &*seen.path).collect();
            let expected = ["/par", "/oauth2/token", "/oauth2/token", "/oauth2/revoke"];
            assert_eq!(paths, expected);
            for seen in posts {
                let header = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{ENCODED}")));
                assert_eq!(seen.authorization, basic.then_some(header));
                let posted = seen.form.get("client_secret").map(String::as_str);
                assert_eq!(posted, (!basic).then_some(SECRET));
            }
            // What is shown still works in a shell that knows the secret.
            let (method, curl) = if basic {
                let curl = "-u client:&quot;$CLIENT_SECRET&quot;";
                ("client_secret_basic", curl)
            } else {
                let curl = "client_secret=&quot;$CLIENT_SECRET&quot;";
                ("client_secret_post", curl)
            };
            assert!(page.contains(method), "{page}");
            assert!(page.contains(curl), "no {curl} in {page}");
        }
    }
}

#[test]
fn it_is_not_shown_when_something_fails() {
    let idp = provider(|_| {}).answering("/oauth2/token", |_| {
        let error = Json(json!({"error": "invalid_client"}));
        (StatusCode::UNAUTHORIZED, error)
    });
    for output in [&["--explain"][..], &["--json"]] {
        let (result, _) = login(&idp, output);
        result
            .assert_code(1)
            .assert_says("hint: is CLIENT_SECRET right?");
    }
    let none_of_both = provider(|document| {
        document["token_endpoint_auth_methods_supported"] = json!(["private_key_jwt"]);
    });
    let (result, _) = login(&none_of_both, &[]);
    result
        .assert_code(1)
        .assert_says("neither by client_secret_basic nor by client_secret_post")
        .assert_says("token_endpoint_auth_methods_supported: private_key_jwt");
    assert_eq!(posts(&none_of_both).len(), 0, "it was not sent on trial");
}

/// The fake browser writes down its environment.
#[test]
fn the_browser_does_not_get_it() {
    let idp = provider(|_| {}).with(|state| state.has_session = true);
    let mut program = Program::at_provider(&idp, &[]);
    program.command.env("CLIENT_SECRET", SECRET);
    program
        .command
        .env("BROWSER", crate::fake_browser::command_line());
    program.run_and_keep().assert_code(0);
    let notes = program.dir.path().join("browser.txt");
    let started = std::time::Instant::now();
    let notes = loop {
        match std::fs::read_to_string(&notes) {
            Ok(notes) if notes.contains("Signed in") => break notes,
            _ => assert!(started.elapsed().as_secs() < 30, "the browser has notes"),
        }
        std::thread::yield_now();
    };
    assert_has_no_secret(&notes);
}

#[test]
fn it_may_stand_in_the_env_file() {
    let idp = provider(|_| {});
    let program = Program::at_provider(&idp, &["--no-browser"]);
    let line = format!("CLIENT_SECRET='{SECRET}'\n");
    std::fs::write(program.dir.path().join(".env"), line).unwrap();
    program.start().signed_in(&idp).assert_code(0);
}

#[test]
fn the_client_of_the_stack_has_none() {
    let idp = Idp::honest();
    let program = Program::new(&idp, &["--headless", "--explain"]);
    let result = program.env("CLIENT_SECRET", SECRET).run();
    result
        .assert_code(0)
        .assert_says("note: CLIENT_SECRET is not sent: the client of the stack is public");
    assert_has_no_secret(&result.printed());
    for seen in posts(&idp)
        .iter()
        .filter(|seen| seen.path == "/oauth2/token")
    {
        assert_eq!(seen.authorization, None);
        assert!(!seen.form.contains_key("client_secret"));
    }
    let program = Program::new(&idp, &["--headless", "--client-auth", "post"]);
    let refused = program.env("CLIENT_SECRET", SECRET).run();
    refused
        .assert_code(2)
        .assert_says("--client-auth is given without --issuer");
    let program = Program::at_provider(&idp, &["--client-auth", "post"]).run();
    program
        .assert_code(2)
        .assert_says("--client-auth is given without CLIENT_SECRET");
}
