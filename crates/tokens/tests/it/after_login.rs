//! What can be done after a login, and output for scripts.

use std::fs::OpenOptions;

use axum::Json;
use axum::http::StatusCode;
use serde_json::json;

use crate::idp::Idp;
use crate::program::Program;

/// The token that an authorization server issues last is the one that works.
#[test]
fn logout_revokes_the_newest_refresh_token() {
    let idp = Idp::honest().with(|state| state.rotates = true);
    let result = Program::new(&idp, &["--headless", "--refresh", "--logout"]).run();
    result.assert_code(0);
    assert_eq!(idp.state().revoked, ["refresh+"]);
    result.assert_prints("# New refresh token\nrefresh+\n");
}

/// Also if the tokens beside it cannot be used.
#[test]
fn a_replaced_refresh_token_is_not_the_one_to_revoke_even_after_a_failure() {
    let idp = Idp::tampering(|f| {
        if f.id.get("nonce").is_none() {
            f.access["sub"] = json!("somebody-else");
        }
    });
    let idp = idp.with(|state| state.rotates = true);
    let result = Program::new(&idp, &["--headless", "--refresh", "--logout"]).run();
    result
        .assert_code(1)
        .assert_says("sub of the access token: expected s");
    assert_eq!(idp.state().revoked, ["refresh+"]);
}

/// A server with two endpoints that do not work.
fn broken() -> Idp {
    let error = |_: &_| {
        let error = json!({"error": "server_error"});
        (StatusCode::INTERNAL_SERVER_ERROR, Json(error))
    };
    Idp::honest()
        .answering("/oauth2/userInfo", error)
        .answering("/oauth2/revoke", error)
}

#[test]
fn userinfo_refresh_and_logout_that_fail_do_not_hide_each_other() {
    let idp = broken();
    let flags = ["--headless", "--userinfo", "--refresh", "--logout"];
    let report = ["--report", "page.html"];
    let mut program = Program::new(&idp, &[&flags[..], &report].concat());
    let result = program.run_and_keep();
    let page = program.file("page.html");
    for refused in ["userinfo", "revocation"] {
        let said = format!("The {refused} endpoint refused: server_error");
        result.assert_code(1).assert_says(&said);
        assert!(page.contains(&said), "{page}");
    }
    result.assert_prints("# After the refresh");
}

#[test]
fn print_gives_one_token_and_nothing_else() {
    let idp = Idp::honest().with(|state| state.rotates = true);
    let printed = |args: &[&str]| {
        let result = Program::new(&idp, &[&["--headless"], args].concat()).run();
        result.assert_code(0);
        result.stdout
    };
    for which in ["access", "id"] {
        let token = printed(&["--print", which]);
        let line = token.strip_suffix('\n').unwrap();
        assert_eq!(line.split('.').count(), 3, "{token}");
        assert!(line.starts_with("eyJ") && !line.contains(char::is_whitespace));
    }
    assert_eq!(printed(&["--print", "refresh"]), "refresh\n");
    assert_eq!(
        printed(&["--print", "refresh", "--refresh"]),
        "refresh+\n",
        "the newest"
    );
    assert_eq!(idp.api_calls(), 0);
}

#[test]
fn print_gives_nothing_when_there_is_nothing_to_rely_on() {
    let idp = Idp::tampering(|f| f.id["nonce"] = json!("other"));
    let result = Program::new(&idp, &["--headless", "--print", "access"]).run();
    result.assert_code(1).assert_says("nonce of the id token");
    assert_eq!(result.stdout, "");
    let idp = Idp::honest();
    let args = [
        "--headless",
        "--print",
        "id",
        "--scopes",
        "HelloAPI/hello.read",
    ];
    let result = Program::new(&idp, &args).run();
    result
        .assert_code(1)
        .assert_says("There is no id token to print")
        .assert_says("hint: the scope openid is what gives one");
    assert_eq!(result.stdout, "");
}

#[test]
fn json_has_the_error_of_every_failure() {
    let idp = broken();
    let error = |args: &[&str]| {
        let result = Program::new(&idp, &[&["--json"], args].concat()).run();
        result.json()["error"].clone()
    };
    let several = error(&["--headless", "--userinfo", "--logout"]);
    assert_eq!(several["code"], "failed");
    assert!(several["message"].as_str().unwrap().contains("userinfo"));
    let other = several["others"][0]["message"].as_str().unwrap();
    assert!(other.contains("revocation"), "{several}");
    let usage = error(&["--scopes", "nobody"]);
    assert_eq!(usage["code"], "usage");
    assert!(usage["hint"].as_str().unwrap().contains("the scopes are"));
}

#[test]
fn numbers_are_shown_as_they_came() {
    let digits = "123456789012345678901234567890";
    let idp = Idp::tampering(|f| {
        f.id["big"] = serde_json::from_str("123456789012345678901234567890").unwrap();
        f.id["small"] = serde_json::from_str("0.10").unwrap();
    });
    for format in [&["--headless"][..], &["--headless", "--json"]] {
        let result = Program::new(&idp, format).run();
        result.assert_code(0);
        result.assert_prints(digits);
        result.assert_prints("\"small\": 0.10");
    }
}

/// `/dev/full` is a disk without room.
#[cfg(target_os = "linux")]
#[test]
fn stdout_that_is_full_is_an_error() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless"]);
    let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    program.command.stdout(full);
    program
        .run()
        .assert_code(1)
        .assert_says("Cannot write to stdout: No space left on device");
}

#[test]
fn a_reader_that_has_read_enough_is_no_error() {
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless"]);
    let (reader, writer) = std::io::pipe().unwrap();
    program.command.stdout(writer);
    drop(reader);
    program.run().assert_code(0);
}

#[test]
fn a_wrong_clock_is_named() {
    let idp = Idp::tampering(|f| {
        for claims in [&mut f.id, &mut f.access] {
            for name in ["iat", "auth_time", "exp"] {
                claims[name] = json!(claims[name].as_u64().unwrap() + 600);
            }
        }
    });
    Program::new(&idp, &["--headless"])
        .run()
        .assert_code(1)
        .assert_says("hint: is this machine's clock right? It seems ")
        .assert_says(" min behind");
}

#[test]
fn no_problem_of_the_moment_leads_to_a_deletion() {
    const PATH: &str = "/us-east-1_test/.well-known/openid-configuration";
    for (status, body, hint) in [
        (
            StatusCode::SERVICE_UNAVAILABLE,
            "",
            "hint: the sign-in server has a problem at the moment",
        ),
        (
            StatusCode::OK,
            "<html>Accept the terms</html>",
            "hint: something between here and the sign-in server",
        ),
        (
            StatusCode::NOT_FOUND,
            "",
            "hint: does the user pool still exist? 'make api' looks",
        ),
    ] {
        let idp = Idp::honest().answering(PATH, move |_| (status, body));
        let result = Program::new(&idp, &["--headless"]).run();
        result.assert_code(1).assert_says(hint);
        result.assert_says_not("make delete");
    }
    // A byte order mark is no problem at all.
    let idp = Idp::honest().answering("/jwks", |_| {
        let keys = json!({"keys": [crate::jwt::SERVER.jwk("k1")]});
        format!("\u{feff}{keys}")
    });
    Program::new(&idp, &["--headless"]).run().assert_code(0);
}
