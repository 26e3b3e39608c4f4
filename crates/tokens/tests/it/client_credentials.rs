//! `tokens client-credentials`: RFC 6749 section 4.4.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp, OPAQUE, UnsignedTokens};
use crate::jwt::{ATTACKER, SERVER};
use crate::program::Program;

const SECRET: &str = "Xyzzy plugh";

/// A provider whose access tokens are those of RFC 9068.
fn provider(change: fn(&mut UnsignedTokens)) -> Idp {
    let idp = Idp::provider_of_rfc9068(change);
    idp.with(|state| state.clients.secret = Some(SECRET))
}

fn machine(idp: &Idp, args: &[&str]) -> Program {
    let issuer = idp.issuer();
    let own = [
        "client-credentials",
        "--issuer",
        &issuer,
        "--client-id",
        CLIENT,
    ];
    Program::bare(idp, &[&own, args].concat()).env("CLIENT_SECRET", SECRET)
}

#[test]
fn a_program_gets_a_token_and_calls_the_api_without_a_person() {
    let idp = provider(|_| {});
    let api = format!("{}/dev/hello", idp.url());
    let args = [
        "--scopes",
        "read",
        "--api",
        &api,
        "--report",
        "page.html",
        "--explain",
    ];
    let mut program = machine(&idp, &args);
    let result = program.run_and_keep();
    result
        .assert_code(0)
        .assert_says("      grant_type = client_credentials\n")
        .assert_says("      Authorization = (hidden)\n");
    result.assert_ends_with(
        "Access token for the client client: 13 checks hold, the API answered 200\n",
    );
    result.assert_prints_not("# Id token");
    let page = program.file("page.html");
    for shown in [
        "<h1>Access token received</h1>",
        "This program has an access token of its own, as the client client.",
        "No person took part: this program asked in its own name, with its secret.",
    ] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
    for absent in [
        "--userinfo",
        "--refresh",
        "ID token",
        "You are signed in",
        "person</text>",
        "The front channel is the browser",
        SECRET,
    ] {
        assert!(!page.contains(absent), "{absent} in {page}");
    }
    let seen = idp.state().clients.seen.clone();
    let form = &seen[0].form;
    assert_eq!(form["scope"], "read");
    assert_eq!(seen[1].path, "/dev/hello");
    assert_eq!(idp.count("/oauth2/authorize"), 0);
}

#[test]
fn without_scopes_none_is_sent_and_the_server_chooses() {
    let idp = provider(|t| t.access["scope"] = json!("read write"));
    let result = machine(&idp, &["--json"]).run();
    result.assert_code(0);
    let run = result.json();
    let mut checks = run["checks"].as_array().unwrap().iter();
    let scope = checks.find(|check| check["check"] == "scope").unwrap();
    assert_eq!(scope["verdict"], "ok");
    assert_eq!(scope["expected"], "the server's own choice");
    let seen = idp.state().clients.seen.clone();
    assert!(!seen[0].form.contains_key("scope"));
    assert_eq!(run["decoded"]["id_token"], Value::Null);
}

#[test]
fn the_output_has_the_same_shapes() {
    let idp = provider(|_| {});
    let printed = machine(&idp, &["--print", "access"]).run();
    printed.assert_code(0);
    assert_eq!(printed.stdout.matches('.').count(), 2, "{}", printed.stdout);
    assert_eq!(printed.stdout.lines().count(), 1);
    machine(&idp, &["--print", "id"])
        .run()
        .assert_code(1)
        .assert_says("There is no id token to print");
    let refusing = provider(|_| {}).answering("/dev/hello", |_| StatusCode::FORBIDDEN);
    let api = format!("{}/dev/hello", refusing.url());
    machine(&refusing, &["--api", &api, "--fail"])
        .run()
        .assert_code(3);
    machine(&refusing, &["--api", &api]).run().assert_code(0);
}

#[test]
fn an_opaque_token_is_shown_and_an_id_token_of_nobody_is_dropped() {
    let idp = Idp::provider_tampering("", |t| {
        let id = json!(SERVER.sign(&t.header, &t.id));
        t.response["id_token"] = id;
    });
    let idp = idp.with(|state| state.clients.secret = Some(SECRET));
    let result = machine(&idp, &[]).run();
    result.assert_code(0);
    result.assert_prints(&format!("# Access token\n{OPAQUE}\n"));
    result.assert_prints_not("id token");
}

#[test]
fn a_token_that_fails_its_checks_is_not_used() {
    for (change, said) in [
        (
            (|t| t.sign_access = |header, claims| ATTACKER.sign(header, claims))
                as fn(&mut UnsignedTokens),
            "signature of the access token",
        ),
        (
            |t| t.access["client_id"] = json!("other"),
            "client_id of the access token",
        ),
        (|t| t.access["exp"] = json!(1), "exp of the access token"),
    ] {
        let idp = provider(change);
        let api = format!("{}/dev/hello", idp.url());
        let result = machine(&idp, &["--api", &api, "--print", "access"]).run();
        result.assert_code(1).assert_says(said);
        assert_eq!(result.stdout, "");
        assert_eq!(idp.api_calls(), 0);
    }
}

#[test]
fn a_bound_token_needs_no_person_either() {
    let idp = provider(|_| {}).with(|state| state.clients.binds = true);
    let api = format!("{}/dev/hello", idp.url());
    let result = machine(&idp, &["--dpop", "--api", &api]).run();
    result.assert_code(0);
    result.assert_prints("ok       cnf jkt");
}

#[test]
fn a_refusal_is_told_in_the_server_s_words() {
    for (error, hint) in [
        ("unauthorized_client", "say which grants it may use"),
        ("unsupported_grant_type", "say which grants it may use"),
        ("invalid_scope", "may not request one of these scopes"),
        ("invalid_target", "see --resource and --audience"),
        ("invalid_client", "is CLIENT_SECRET right?"),
    ] {
        let idp = provider(|_| {}).answering("/oauth2/token", move |_| {
            (StatusCode::BAD_REQUEST, Json(json!({ "error": error })))
        });
        machine(&idp, &[])
            .run()
            .assert_code(1)
            .assert_says(&format!("The token endpoint refused: {error}"))
            .assert_says(hint);
    }
}

/// RFC 8414 section 2: it is required only where a grant uses it.
#[test]
fn a_server_without_a_sign_in_page_gives_tokens_to_programs() {
    let without = || {
        provider(|_| {}).with_discovery(|document| {
            let document = document.as_object_mut().unwrap();
            document.remove("authorization_endpoint").unwrap();
        })
    };
    machine(&without(), &[]).run().assert_code(0);
    Program::at_provider(&without(), &[])
        .run()
        .assert_code(1)
        .assert_says("The discovery document names no authorization_endpoint")
        .assert_says("'tokens client-credentials' need no such page");
}

#[test]
fn it_needs_a_secret_and_another_provider_than_the_stack() {
    let idp = Idp::honest();
    let of_stack = Program::new(&idp, &["client-credentials"]).env("CLIENT_SECRET", SECRET);
    of_stack
        .run()
        .assert_code(2)
        .assert_says("The client of the stack is public");
    let other = provider(|_| {});
    let mut without = machine(&other, &["--json"]);
    without.command.env_remove("CLIENT_SECRET");
    let result = without.run();
    result
        .assert_code(2)
        .assert_says(
            "CLIENT_SECRET is not set: the client credentials grant is for a client with a secret",
        )
        .assert_says("it is never a flag");
    assert_eq!(result.json()["error"]["code"], "usage");
    let before = Program::bare(&other, &["--userinfo", "client-credentials"]).run();
    before
        .assert_code(2)
        .assert_says("does not take --userinfo before the word");
    assert_eq!(other.state().calls.len(), 0);
}
