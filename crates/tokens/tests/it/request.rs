//! What flags add to the authorization request, and pushed requests.

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};
use url::Url;

use crate::idp::{Idp, POOL};
use crate::idp_clients::offer;
use crate::program::{Program, RunResult};
use crate::raw_http;

/// The parameters of the address that the person is sent to.
fn parameters(address: &str) -> Vec<(String, String)> {
    let url = Url::parse(address).unwrap();
    url.query_pairs().into_owned().collect()
}

fn values(parameters: &[(String, String)], name: &str) -> Vec<String> {
    let named = parameters.iter().filter(|(found, _)| found == name);
    named.map(|(_, value)| value.clone()).collect()
}

/// Signs in; returns what the browser carried, too.
fn login(idp: &Idp, args: &[&str]) -> (RunResult, Vec<(String, String)>) {
    let login = Program::at_provider(idp, &[&["--no-browser"], args].concat()).start();
    let carried = parameters(&login.address);
    raw_http::get(&idp.approve(&login.address));
    (login.result(), carried)
}

fn checks(result: &RunResult, name: &str) -> Vec<[String; 2]> {
    let run = result.json();
    let checks = run["checks"].as_array().unwrap().iter();
    let named = checks.filter(|check| check["check"] == name);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    named
        .map(|check| [text(&check["expected"]), text(&check["verdict"])])
        .collect()
}

#[test]
fn flags_add_parameters_each_with_its_purpose() {
    let idp = Idp::provider("");
    let args = [
        "--prompt",
        "login consent",
        "--login-hint",
        "ada@example.com",
        "--max-age",
        "600",
        "--audience",
        "a",
        "--audience",
        "b",
        "--resource",
        "https://api.example.com",
        "--resource",
        "urn:api:2",
        "--explain",
        "--refresh",
    ];
    let (result, carried) = login(&idp, &args);
    result.assert_code(0);
    for (name, expected) in [
        ("prompt", &["login consent"][..]),
        ("login_hint", &["ada@example.com"]),
        ("max_age", &["600"]),
        ("audience", &["a", "b"]),
        ("resource", &["https://api.example.com", "urn:api:2"]),
    ] {
        assert_eq!(values(&carried, name), expected, "{name}");
        result.assert_says(&format!("      {name} = {}\n          ", expected[0]));
    }
    result.assert_says("which API the access token is for: its aud (RFC 8707)");
    // The token requests say it too: both, the first and the refresh.
    let told = result
        .stderr
        .matches("      resource = urn:api:2\n")
        .count();
    assert_eq!(told, 3);
    // A map keeps the last of several.
    let seen = idp.state().clients.seen.clone();
    let tokens = seen.iter().filter(|seen| seen.path == "/oauth2/token");
    for seen in tokens {
        assert_eq!(seen.form["resource"], "urn:api:2");
        assert_eq!(seen.form["audience"], "b");
        assert!(!seen.form.contains_key("prompt"));
    }
}

#[test]
fn max_age_demands_an_auth_time_that_is_recent() {
    let signed_in = |seconds_ago: Option<u64>| {
        Idp::provider_tampering("", move |t| match seconds_ago {
            Some(ago) => t.id["auth_time"] = json!(t.id["iat"].as_u64().unwrap() - ago),
            None => drop(t.id.as_object_mut().unwrap().remove("auth_time")),
        })
    };
    let max_age = ["--max-age", "100"];
    for (ago, args, said) in [
        (Some(50), &max_age[..], None),
        (
            Some(500),
            &max_age,
            Some("auth_time of the id token: expected 100 s ago at most, got 8 min ago"),
        ),
        (
            None,
            &max_age,
            Some("auth_time of the id token: expected 100 s ago at most, got none"),
        ),
        (None, &[], None),
        (Some(500), &[], None),
    ] {
        let (result, _) = login(&signed_in(ago), args);
        result.assert_code(i32::from(said.is_some()));
        result.assert_says(said.unwrap_or_default());
    }
}

#[test]
fn a_token_for_another_api_is_a_note() {
    let with_aud = |aud: Value| Idp::provider_of_rfc9068(move |t| t.access["aud"] = aud.clone());
    let api = "https://api.example.com";
    for (aud, verdict) in [
        (json!(api), "ok"),
        (json!(["other", api]), "ok"),
        (json!("other"), "note"),
        (json!([api, 5]), "ok"),
        (json!([5]), "note"),
    ] {
        let (result, _) = login(&with_aud(aud.clone()), &["--json", "--resource", api]);
        result.assert_code(0);
        let expected = [[api.to_owned(), verdict.to_owned()]];
        assert_eq!(checks(&result, "aud resource"), expected, "{aud}");
    }
    // Of an opaque token, nothing is known.
    let (opaque, _) = login(&Idp::provider(""), &["--json", "--resource", api]);
    assert_eq!(checks(&opaque, "aud resource"), [[""; 2]; 0]);
}

#[test]
fn what_no_server_can_take_is_refused_before_anything_is_called() {
    let idp = Idp::provider("");
    for (args, said) in [
        (
            ["--prompt", "none login"],
            "--prompt 'none login' is not a list",
        ),
        (["--prompt", " "], "--prompt ' ' is not a list"),
        (
            ["--resource", "api"],
            "is not an absolute URI without a fragment",
        ),
        (["--resource", "https://a/#b"], "is not an absolute URI"),
        (["--max-age", "soon"], "invalid value 'soon'"),
        (["--max-age", "-1"], "unexpected argument '-1'"),
    ] {
        let result = Program::at_provider(&idp, &args).run();
        result.assert_code(2).assert_says(said);
    }
    assert_eq!(idp.state().calls.len(), 0);
}

/// Of these, Cognito's documents name three.
#[test]
fn cognito_gets_what_it_knows_and_the_rest_is_refused() {
    let idp = Idp::honest();
    let known = [
        "--prompt",
        "login",
        "--login-hint",
        "Testuser",
        "--resource",
        "https://api.example.com",
    ];
    let login = Program::new(&idp, &[&["--no-browser"], &known[..]].concat()).start();
    let carried = parameters(&login.address);
    assert_eq!(values(&carried, "prompt"), ["login"]);
    assert_eq!(values(&carried, "login_hint"), ["Testuser"]);
    assert_eq!(values(&carried, "resource"), ["https://api.example.com"]);
    login
        .signed_in(&idp)
        .assert_code(0)
        .assert_says("note: Cognito knows --prompt and --login-hint in its managed login");
    let before = idp.state().calls.len();
    let pool = format!("{}/{POOL}", idp.url());
    for flag in [
        &["--max-age", "5"][..],
        &["--audience", "a"],
        &["--par"],
        &["--dpop"],
    ] {
        let said = format!("{} is nothing that Cognito knows", flag[0]);
        let flag = &[&["--timeout", "9"][..], flag].concat();
        let of_stack = Program::new(&idp, flag).run();
        of_stack.assert_code(2).assert_says(&said);
        let given = ["--issuer", &pool, "--client-id", "client"];
        let of_others = Program::bare(&idp, &[&given[..], flag].concat()).run();
        of_others.assert_code(2).assert_says(&said);
    }
    assert_eq!(idp.state().calls.len(), before);
}

#[test]
fn the_lab_and_verify_take_none_of_it() {
    let idp = Idp::honest();
    for flag in ["--par", "--dpop"] {
        for command in ["lab", "verify", "device", "client-credentials"] {
            let result = Program::new(&idp, &[flag, command]).run();
            result.assert_code(2).assert_says(flag);
        }
    }
}

#[test]
fn a_person_who_would_have_to_see_a_page_is_told_so() {
    let idp = Idp::provider("");
    for error in [
        "login_required",
        "consent_required",
        "interaction_required",
        "account_selection_required",
    ] {
        let login = Program::at_provider(&idp, &["--no-browser", "--prompt", "none"]).start();
        let asked = parameters(&login.address);
        let mut back = Url::parse(&values(&asked, "redirect_uri")[0]).unwrap();
        let state = &values(&asked, "state")[0];
        back.query_pairs_mut()
            .append_pair("error", error)
            .append_pair("state", state);
        raw_http::get(back.as_str());
        login
            .result()
            .assert_code(1)
            .assert_says(&format!("The sign-in server refused: {error}"))
            .assert_says("--prompt none allows none");
    }
}

fn offers_par(document: &mut Value) {
    offer(document, "pushed_authorization_request_endpoint", "/par");
}

fn requires_par(document: &mut Value) {
    offers_par(document);
    document["require_pushed_authorization_requests"] = json!(true);
}

#[test]
fn a_pushed_request_leaves_a_reference_for_the_browser() {
    let required: fn(&mut Value) = requires_par;
    for (discovery, flags) in [(required, &[][..]), (offers_par, &["--par"])] {
        let idp = Idp::provider("").with_discovery(discovery);
        let args = ["--explain", "--login-hint", "ada"];
        let (result, carried) = login(&idp, &[&args, flags].concat());
        result
            .assert_code(0)
            .assert_says("back channel: POST ")
            .assert_says("/par\n    The authorization request goes to the server first, past the browser (RFC 9126 section 2.1).")
            .assert_says("note: the address below is good for 60 s: the request was pushed")
            .assert_says("      request_uri = urn:test:0\n")
            .assert_says("Without it: every parameter passes through the browser");
        let names: Vec<&str> = carried.iter().map(|(name, _)| &**name).collect();
        assert_eq!(names, ["client_id", "request_uri"]);
        let seen = idp.state().clients.seen[0].clone();
        assert_eq!(seen.path, "/par");
        for name in [
            "state",
            "nonce",
            "code_challenge",
            "redirect_uri",
            "login_hint",
        ] {
            assert!(seen.form.contains_key(name), "{name}");
        }
    }
    // Without the word of either, nothing is pushed.
    let idp = Idp::provider("").with_discovery(offers_par);
    let (result, carried) = login(&idp, &[]);
    result.assert_code(0);
    assert_eq!(values(&carried, "request_uri"), [""; 0]);
    assert_eq!(idp.count("/par"), 0);
}

#[test]
fn a_push_that_does_not_work_ends_the_login_before_the_browser() {
    for (status, answer, said) in [
        (
            StatusCode::BAD_REQUEST,
            json!({"error": "invalid_request", "error_description": "no such scope"}),
            "The provider refused the pushed authorization request: invalid_request: no such scope",
        ),
        (
            StatusCode::CREATED,
            json!({"expires_in": 5}),
            "did not answer with request_uri and expires_in",
        ),
        (
            StatusCode::CREATED,
            json!({"request_uri": "a"}),
            "did not answer with request_uri and expires_in",
        ),
    ] {
        let idp = Idp::provider("")
            .with_discovery(requires_par)
            .answering("/par", move |_| (status, Json(answer.clone())));
        let result = Program::at_provider(&idp, &["--no-browser", "--timeout", "9"]).run();
        result.assert_code(1).assert_says(said);
        result.assert_says_not("Sign in with a browser");
    }
    let result = Program::at_provider(&Idp::provider(""), &["--par"]).run();
    result
        .assert_code(1)
        .assert_says("names no pushed_authorization_request_endpoint")
        .assert_says("hint: leave out --par");
    let unsafe_endpoint = Idp::provider("").with_discovery(|document| {
        document["pushed_authorization_request_endpoint"] = json!("http://example.com/par");
    });
    let result = Program::at_provider(&unsafe_endpoint, &["--par"]).run();
    result.assert_code(1).assert_says("is not protected");
}
