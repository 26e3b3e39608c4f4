//! A successful login, and what can be done after it.

use std::sync::Mutex;

use axum::Json;
use axum::http::StatusCode;
use axum::response::Html;
use serde_json::{Value, json};

use crate::idp::Idp;
use crate::program::Program;

#[test]
fn tokens_checks_request_and_response_come_in_this_order() {
    let idp = Idp::honest();
    let result = Program::new(&idp, &["--headless"]).run();
    result.assert_code(0);
    let mut rest = result.stdout.as_str();
    for heading in [
        "# Id token\neyJ",
        "\n# Decoded id token\n{",
        "\n# Access token\neyJ",
        "\n# Decoded access token\n{",
        "\n# Refresh token\nrefresh\n",
        "\n# Checks\nverdict  check",
        "\nid token\nok       alg        RS256",
        "\naccess token\nok       alg        RS256",
        "\nboth tokens\nok       sub        s",
        "\n# Request and response\n> GET /dev/hello HTTP/1.1\n> Host: 127.0.0.1:",
        "\n> Authorization: Bearer eyJ",
        "\n>\n< HTTP/1.1 200 OK\n< content-type: application/json\n",
        "\n<\nhello world\n",
        "\nSigned in as Testuser: 22 checks hold, the API answered 200\n",
    ] {
        let at = rest
            .find(heading)
            .unwrap_or_else(|| panic!("no {heading:?} in {rest}"));
        rest = &rest[at + heading.len()..];
    }
    result.assert_prints_not("FAIL");
    assert_eq!(
        result.stderr,
        "next: 'REPORT=login.html make request' keeps the page that shows what happened\n\
         next: 'make lab' attacks this login and the API, and says who refuses\n"
    );
}

#[test]
fn without_openid_there_is_no_id_token_and_that_is_right() {
    let idp = Idp::tampering(|_| {});
    let result = Program::new(&idp, &["--headless", "--scopes", "HelloAPI/hello.read"]).run();
    result.assert_code(0);
    assert!(
        result.stdout.starts_with("# Access token\n"),
        "{}",
        result.stdout
    );
    result.assert_prints_not("id token");
}

#[test]
fn json_is_one_object_and_nothing_else() {
    let idp = Idp::honest();
    let all = ["--json", "--refresh", "--userinfo", "--logout"];
    let result = Program::new(&idp, &[&["--headless"], &all[..]].concat()).run();
    result.assert_code(0);
    let object = result.json();
    let keys: Vec<&String> = object.as_object().unwrap().keys().collect();
    assert_eq!(
        keys,
        [
            "tokens", "decoded", "checks", "request", "response", "userinfo", "refresh", "logout",
            "steps",
        ]
    );
    assert_eq!(
        object["decoded"]["id_token"]["payload"]["cognito:username"],
        "Testuser"
    );
    assert_eq!(object["response"]["status"], 200);
    assert_eq!(object["response"]["body"], "hello world");
    assert_eq!(object["logout"]["revoked"], json!(true));
    let mut checks = object["checks"].as_array().unwrap().iter();
    assert!(checks.all(|check| check["verdict"] == "ok"));
}

#[test]
fn json_of_a_forged_login_says_which_check_failed() {
    let idp = Idp::tampering(|f| f.id["nonce"] = json!("other"));
    let result = Program::new(&idp, &["--headless", "--json"]).run();
    result.assert_code(1);
    let object = result.json();
    let checks = object["checks"].as_array().unwrap().iter();
    let failed: Vec<&Value> = checks.filter(|c| c["verdict"] == "fail").collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0]["check"], "nonce");
    assert_eq!(failed[0]["actual"], "other");
    assert_eq!(object.get("response"), None);
    let error = &object["error"];
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("nonce of the id token"), "{error}");
    assert!(error["hint"].is_string(), "{error}");
}

#[test]
fn a_refusal_of_the_api_is_shown_and_with_fail_is_exit_3() {
    let idp = Idp::honest().answering("/dev/hello", |_| {
        (StatusCode::FORBIDDEN, "{\"message\":\"Forbidden\"}")
    });
    let result = Program::new(&idp, &["--headless"]).run();
    result.assert_code(0);
    result.assert_prints("< HTTP/1.1 403 Forbidden");
    Program::new(&idp, &["--headless", "--fail"])
        .run()
        .assert_code(3);
}

#[test]
fn refresh_shows_what_changed_and_what_did_not() {
    let idp = Idp::honest();
    let result = Program::new(&idp, &["--headless", "--refresh"]).run();
    result.assert_code(0);
    let row = |words: &[&str]| {
        let mut rows = result.stdout.lines().map(|line| {
            line.split_whitespace()
                .take(words.len())
                .collect::<Vec<_>>()
        });
        assert!(
            rows.any(|row| row == words),
            "no {words:?} in {}",
            result.stdout
        );
    };
    row(&["#", "After", "the", "refresh"]);
    row(&["same", "id", "sub"]);
    row(&["new", "id", "nonce"]);
    row(&["same", "access", "client_id"]);
    row(&["#", "Checks", "after", "the", "refresh"]);
    assert_eq!(idp.count("/oauth2/token"), 2);
    assert_eq!(idp.count("/jwks"), 1, "the keys are fetched once");
}

#[test]
fn a_refresh_for_another_user_is_refused() {
    let idp = Idp::tampering(|f| {
        if f.id.get("nonce").is_none() {
            f.id["sub"] = json!("somebody-else");
            f.access["sub"] = json!("somebody-else");
        }
    });
    let result = Program::new(&idp, &["--headless", "--refresh"]).run();
    result
        .assert_code(1)
        .assert_says("sub of the access token: expected s, got somebody-else (OIDC Core 12.2)");
}

/// OpenID Connect Core section 12.2: it may be left out or be the same, but not be
/// another one.
#[test]
fn a_refreshed_id_token_has_the_nonce_of_the_login_or_none() {
    static OF_THE_LOGIN: Mutex<Option<Value>> = Mutex::new(None);
    let idp = Idp::tampering(|f| {
        let mut of_the_login = OF_THE_LOGIN.lock().unwrap();
        match f.id.get("nonce") {
            Some(nonce) => *of_the_login = Some(nonce.clone()),
            None => f.id["nonce"] = of_the_login.take().unwrap(),
        }
    });
    let result = Program::new(&idp, &["--headless", "--refresh"]).run();
    result.assert_code(0);

    let idp = Idp::tampering(|f| {
        if f.id.get("nonce").is_none() {
            f.id["nonce"] = json!("another");
        }
    });
    let result = Program::new(&idp, &["--headless", "--refresh"]).run();
    result
        .assert_code(1)
        .assert_says("nonce of the id token: expected");
}

#[test]
fn userinfo_is_shown_and_must_describe_the_same_user() {
    let idp = Idp::honest();
    let result = Program::new(&idp, &["--headless", "--userinfo"]).run();
    result.assert_code(0);
    result.assert_prints(
        "# Userinfo\n{\n  \"sub\": \"s\",\n  \"email\": \"testuser@example.com\"\n}",
    );

    let idp = Idp::honest().answering("/oauth2/userInfo", |_| Json(json!({"sub": "other"})));
    Program::new(&idp, &["--headless", "--userinfo"])
        .run()
        .assert_code(1)
        .assert_says("describes another user");
}

#[test]
fn logout_revokes_the_refresh_token_where_that_is_possible() {
    let idp = Idp::honest();
    let result = Program::new(&idp, &["--headless", "--logout"]).run();
    result.assert_code(0);
    assert_eq!(idp.state().revoked, ["refresh"]);
    result.assert_prints("# Logout\nThe refresh token is revoked.");
    result.assert_prints("/logout?client_id=client&response_type=code&redirect_uri=");

    let idp = Idp::honest().with_discovery(|document| {
        let document = document.as_object_mut().unwrap();
        document.remove("revocation_endpoint");
    });
    let result = Program::new(&idp, &["--headless", "--logout"]).run();
    result.assert_code(0);
    result.assert_prints("names no revocation_endpoint");
}

/// `create` may have it from a profile, which this program does not read.
#[test]
fn the_endpoint_is_the_one_that_create_has_recorded() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless"]);
    program.command.env_remove("AWS_ENDPOINT_URL");
    program.run().assert_code(0);
}

#[test]
fn a_state_of_the_python_scripts_works_as_well() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless"]);
    for key in ["state_version", "deployment_id", "endpoint_url"] {
        program.state.as_object_mut().unwrap().remove(key);
    }
    program.run().assert_code(0);
}

#[test]
fn signup_goes_to_the_page_for_new_users_with_the_same_request() {
    let idp = Idp::honest().answering("/signup", |_| Html("Sign up"));
    let login = Program::new(&idp, &["--signup", "--no-browser"]).start();
    assert!(login.address.starts_with(&format!(
        "{}/signup?response_type=code&client_id=client&",
        idp.url()
    )));
    let page = crate::raw_http::get(&idp.approve(&login.address));
    assert!(page.body.contains("<h1>Signed in</h1>"), "{}", page.body);
    login.result().assert_code(0);
}

#[test]
fn signup_ends_at_once_where_there_is_no_such_page() {
    let idp = Idp::honest();
    let args = ["--signup", "--no-browser", "--timeout", "86400"];
    let result = Program::new(&idp, &args).run();
    result
        .assert_code(1)
        .assert_says("This cloud has no sign-up page: ")
        .assert_says("/signup answered 404 Not Found")
        .assert_says("hint: sign in as the test user, without --signup");
    result.assert_says_not("Sign in with a browser");
}

/// No call is missing, none is invented.
#[test]
fn explain_shows_every_call_that_the_server_saw_and_no_other() {
    let idp = Idp::honest();
    let args = [
        "--headless",
        "--explain",
        "--refresh",
        "--userinfo",
        "--logout",
    ];
    let result = Program::new(&idp, &args).run();
    result.assert_code(0);
    let told = result.stderr.lines().filter_map(|line| {
        let (_, call) = line
            .strip_prefix('[')?
            .split_once(&format!("{}/", idp.url()))?;
        let is_call = line.contains(": GET ") || line.contains(": POST ");
        is_call.then(|| format!("/{}", call.split('?').next().unwrap()))
    });
    assert_eq!(told.collect::<Vec<_>>(), idp.state().calls);
}
