//! `--route`: another route of the API than the first.

use axum::http::StatusCode;
use serde_json::json;

use crate::idp::Idp;
use crate::program::Program;

/// A server whose route `/dev/items` refuses, and a state.json that has it.
fn program(idp: &Idp, args: &[&str], scopes: &[&str]) -> Program {
    let mut program = Program::new(idp, args);
    program.state["api_route_path"] = json!("/hello");
    program.state["state_version"] = json!(4);
    program.state["api_routes"] = json!({
        "GET /hello": { "id": "a", "scopes": ["HelloAPI/hello.read"] },
        "POST /items": { "id": "b", "scopes": scopes },
    });
    program
}

fn refusing() -> Idp {
    Idp::honest().answering("/dev/items", |_| {
        (StatusCode::FORBIDDEN, "{\"message\":\"Forbidden\"}")
    })
}

#[test]
fn another_route_is_called_and_a_refusal_names_its_scopes() {
    let idp = refusing();
    let route = ["--headless", "--route", "POST /items"];
    let result = program(&idp, &route, &["HelloAPI/hello.write"]).run();
    result.assert_code(0);
    for text in [
        "> POST /dev/items HTTP/1.1\n",
        "> Content-Length: 0\n",
        "< HTTP/1.1 403 Forbidden\n",
        "the route asks for one of `HelloAPI/hello.write`",
    ] {
        result.assert_prints(text);
    }
    let result = program(&idp, &route, &[]).run();
    result.assert_prints("The route opens to any token of this client");

    // The first one, without the flag.
    let result = program(&idp, &["--headless"], &[]).run();
    result.assert_prints("> GET /dev/hello HTTP/1.1\n");
}

#[test]
fn an_unknown_route_is_refused_before_anything_is_called() {
    let idp = refusing();
    for unknown in ["DELETE /items", "/items", "\u{1b}[31m"] {
        let result = program(&idp, &["--headless", "--route", unknown], &[]).run();
        result
            .assert_code(2)
            .assert_says("The API has no route '")
            .assert_says("state.json has 'GET /hello', 'POST /items'");
        assert!(!result.printed().contains('\u{1b}'));
    }
    assert_eq!(idp.count("/dev/items"), 0);
    let lab = program(&idp, &["lab", "--route", "POST /items"], &[]).run();
    lab.assert_code(2);
}
