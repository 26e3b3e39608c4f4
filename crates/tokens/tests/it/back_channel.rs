//! The program's own requests: no redirects, no endless responses, no plain
//! http to other machines, and the environment's proxy.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect};
use serde_json::{Value, json};

use crate::idp::Idp;
use crate::program::Program;

/// A login at a server with another response for one path must fail.
fn fails<R: IntoResponse + 'static>(
    path: &'static str,
    answer: fn(&SocketAddr) -> R,
    said: &str,
) -> Idp {
    let idp = Idp::honest().answering(path, answer);
    Program::new(&idp, &["--headless"])
        .run()
        .assert_code(1)
        .assert_says(said);
    assert_eq!(idp.api_calls(), 0);
    idp
}

/// A login at a server with a changed discovery document must fail.
fn distrusts(change: impl Fn(&mut Value) + Send + 'static, said: &str) {
    let idp = Idp::honest().with_discovery(change);
    Program::new(&idp, &["--headless"])
        .run()
        .assert_code(1)
        .assert_says(said);
    assert_eq!(
        idp.state().calls.len(),
        1,
        "nothing but the document was asked for"
    );
}

#[test]
fn no_redirect_is_followed() {
    for path in [
        "/oauth2/token",
        "/jwks",
        "/us-east-1_test/.well-known/openid-configuration",
    ] {
        let away = |_: &_| Redirect::temporary("/elsewhere");
        let idp = fails(path, away, "307 Temporary Redirect");
        assert_eq!(idp.count("/elsewhere"), 0);
    }
}

#[test]
fn an_endless_answer_is_cut_off() {
    for path in ["/oauth2/token", "/jwks"] {
        let endless = |_: &_| "x".repeat(2 * 1024 * 1024);
        fails(path, endless, "answered with more than 1048576 bytes");
    }
}

#[test]
fn the_largest_answer_is_read_whole() {
    fails(
        "/oauth2/token",
        |_| {
            let error = r#"{"error": "invalid_grant", "error_description": "gone"}"#;
            let padded = error.to_owned() + &" ".repeat(1024 * 1024 - error.len());
            (StatusCode::BAD_REQUEST, padded)
        },
        "The token endpoint refused: invalid_grant: gone",
    );
}

#[test]
fn keys_that_may_sign_nothing_are_no_keys() {
    fails(
        "/jwks",
        |_| {
            let key = json!({"kty": "RSA", "kid": "key-1", "use": "enc", "n": "AQAB", "e": "AQAB"});
            Json(json!({ "keys": [key] }))
        },
        "has no key for RS256",
    );
}

#[test]
fn a_refused_code_is_reported_in_the_server_s_words() {
    fails(
        "/oauth2/token",
        |_| {
            let error = json!({"error": "invalid_grant", "error_description": "gone"});
            (StatusCode::BAD_REQUEST, Json(error))
        },
        "The token endpoint refused: invalid_grant: gone",
    );
    fails(
        "/oauth2/token",
        |_| (StatusCode::BAD_GATEWAY, "<html>"),
        "answered 502 Bad Gateway",
    );
    fails(
        "/oauth2/token",
        |_| "{}",
        "not the tokens of RFC 6749 section 5.1",
    );
    fails(
        "/oauth2/token",
        |_| Json(json!({"access_token": "a", "id_token": "b", "token_type": "mac"})),
        "token_type is not Bearer",
    );
    fails(
        "/oauth2/token",
        |_| Json(json!({"access_token": "a", "token_type": "Bearer"})),
        "sent no id token",
    );
    fails(
        "/oauth2/token",
        |_| Json(json!({"access_token": "a", "id_token": "b", "token_type": "Bearer"})),
        "is not a JSON Web Token",
    );
}

#[test]
fn the_discovery_document_must_be_of_our_issuer_and_name_protected_addresses() {
    distrusts(
        |d| d["issuer"] = json!("https://evil.example"),
        "names the issuer 'https://evil.example'",
    );
    distrusts(
        |d| d["issuer"] = json!("https://evil.example"),
        "hint: OpenID Connect Discovery section 4.3: the document must name",
    );
    distrusts(
        |d| d["issuer"] = json!(format!("{}/", d["issuer"].as_str().unwrap())),
        "hint: only the slash at the end differs",
    );
    for name in [
        "authorization_endpoint",
        "token_endpoint",
        "jwks_uri",
        "userinfo_endpoint",
        "revocation_endpoint",
    ] {
        distrusts(
            move |d| d[name] = json!("http://evil.example/"),
            &format!("The {name} 'http://evil.example/' is not protected"),
        );
    }
    distrusts(
        |d| *d = json!([]),
        "did not answer with the JSON it should have",
    );
}

#[test]
fn keys_are_fetched_once_and_once_more_for_an_unknown_kid() {
    let idp = Idp::honest();
    Program::new(&idp, &["--headless"]).run().assert_code(0);
    assert_eq!(idp.count("/jwks"), 1);

    let idp = Idp::honest().with(|state| state.key_is_new = true);
    Program::new(&idp, &["--headless"]).run().assert_code(0);
    assert_eq!(idp.count("/jwks"), 2);

    let idp = Idp::tampering(|f| f.header["kid"] = json!("unknown"));
    Program::new(&idp, &["--headless"]).run().assert_code(1);
    assert_eq!(idp.count("/jwks"), 2);
}

#[test]
fn an_unreachable_server_is_reported_with_the_reason() {
    let idp = Idp::honest();
    let mut program =
        Program::new(&idp, &["--headless"]).env("AWS_ENDPOINT_URL", "http://127.0.0.1:1");
    program.state["endpoint_url"] = json!("http://127.0.0.1:1");
    program
        .run()
        .assert_code(1)
        .assert_says("Connection refused")
        .assert_says("hint: is the local cloud running?");
}

/// Requests to this machine go directly, all others through the proxy.
#[test]
fn the_environment_s_proxy_is_honoured() {
    let proxy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", proxy.local_addr().unwrap());
    let asked = std::thread::spawn(move || {
        let mut line = String::new();
        BufReader::new(proxy.accept().unwrap().0)
            .read_line(&mut line)
            .unwrap();
        line
    });
    let idp = Idp::honest();
    let mut program = Program::new(&idp, &["--headless"]).env("HTTPS_PROXY", &address);
    program.command.env_remove("AWS_ENDPOINT_URL");
    program
        .state
        .as_object_mut()
        .unwrap()
        .remove("endpoint_url");
    program
        .run()
        .assert_code(1)
        .assert_says("hint: check the network, HTTPS_PROXY and NO_PROXY");
    assert_eq!(
        asked.join().unwrap(),
        "CONNECT cognito-idp.us-east-1.amazonaws.com:443 HTTP/1.1\r\n"
    );

    let program = Program::new(&idp, &["--headless"]).env("HTTP_PROXY", "http://127.0.0.1:1");
    program.run().assert_code(0);
}
