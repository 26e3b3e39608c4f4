//! `tokens verify`: a token from anywhere.

use std::process::Command;

use serde_json::{Value, json};

use crate::idp::Idp;
use crate::jwt::{ATTACKER, SERVER, unsigned};
use crate::program::{Program, RunResult};

/// A token of this issuer with some claims changed.
fn token(idp: &Idp, header: &Value, change: impl Fn(&mut Value)) -> String {
    let mut claims = json!({
        "iss": idp.issuer(), "sub": "s", "aud": ["api", "other"], "iat": 1_700_000_000,
        "exp": 4_000_000_000_u64, "secret-claim": "of-the-person",
    });
    change(&mut claims);
    SERVER.sign(header, &claims)
}

fn rs256() -> Value {
    json!({"alg": "RS256", "kid": "k1"})
}

/// Verifies what is on standard input.
fn verify(idp: &Idp, token: &str, args: &[&str]) -> RunResult {
    let issuer = idp.issuer();
    let own = ["verify", "--issuer", &issuer];
    Program::bare(idp, &[&own, args].concat()).run_with_all_input(token)
}

#[test]
fn a_good_token_is_good_and_only_the_keys_are_fetched() {
    let idp = Idp::provider("/realm");
    let good = token(&idp, &rs256(), |_| {});
    for text in [
        good.clone(),
        format!("  {good}\n"),
        format!("Bearer {good}"),
        format!("Authorization: Bearer {good}\r\n"),
    ] {
        let result = verify(&idp, &text, &["--audience", "api"]);
        result.assert_code(0);
        assert!(
            result.stdout.starts_with("# Decoded token\n{"),
            "{}",
            result.stdout
        );
        result.assert_ends_with("\nThe token is good: 7 checks hold\n");
        // Who reads over the shoulder gets no token.
        assert!(!result.printed().contains(&good), "{}", result.printed());
    }
    let calls = idp.state().calls.clone();
    assert_eq!(
        calls[..2],
        ["/realm/.well-known/openid-configuration", "/jwks"],
        "the token stays here"
    );
    assert_eq!(calls.len(), 8, "{calls:?}");
}

#[test]
fn every_check_has_its_rule() {
    let idp = Idp::provider("");
    let changed = |name: &'static str, value: Value| {
        token(&idp, &rs256(), move |claims| claims[name] = value.clone())
    };
    let at_jwt = json!({"alg": "RS256", "kid": "k1", "typ": "at+jwt"});
    let forged = |header: &Value| ATTACKER.sign(header, &json!({"iss": idp.issuer()}));
    for (token, said) in [
        (
            changed("iss", json!("https://other")),
            "iss of the token: expected http",
        ),
        (
            changed("aud", json!("other")),
            "aud of the token: expected api, got other (RFC 7519 4.1.3)",
        ),
        (changed("aud", Value::Null), "aud of the token"),
        (
            changed("exp", json!(1_700_000_000)),
            "exp of the token: expected in the future",
        ),
        (changed("exp", Value::Null), "exp of the token"),
        (changed("nbf", json!(4_000_000_000_u64)), "nbf of the token"),
        (changed("iat", json!("now")), "iat of the token"),
        (
            forged(&rs256()),
            "signature of the token: expected valid, got not valid (RFC 7515 5.2)",
        ),
        (
            forged(&json!({"alg": "RS256", "kid": "x"})),
            "kid of the token",
        ),
        (
            token(&idp, &json!({"alg": "none"}), |_| {}),
            "alg of the token",
        ),
        (
            token(&idp, &at_jwt, |_| {}),
            "client_id of the token: expected present, got none (RFC 9068 2.2)",
        ),
        (
            token(
                &idp,
                &json!({"alg": "RS256", "kid": "k1", "crit": ["b64"]}),
                |_| {},
            ),
            "crit of the token",
        ),
    ] {
        let result = verify(&idp, &token, &["--audience", "api"]);
        result
            .assert_code(1)
            .assert_says(said)
            .assert_says("hint: do not accept this token");
        result.assert_prints("Do not accept this token: ");
    }
    // Whom it is for is checked only on demand, and that is said.
    let result = verify(&idp, &changed("aud", json!("other")), &["--explain"]);
    result.assert_code(0);
    result.assert_prints("(--audience checks it)");
}

#[test]
fn what_is_no_token_has_its_own_words() {
    let idp = Idp::provider("");
    for (text, code, said) in [
        ("", 2, "the input is empty"),
        (
            "opaque",
            1,
            "an opaque token can only be verified by asking its server (RFC 7662)",
        ),
        ("a.b.c.d.e", 1, "This token is encrypted (RFC 7516)"),
        ("a.b.c", 1, "This is not a JSON Web Token"),
    ] {
        verify(&idp, text, &[]).assert_code(code).assert_says(said);
    }
    let calls = idp.state().calls.clone();
    assert_eq!(calls, [""; 0]);
}

#[test]
fn a_token_is_read_from_a_file_and_never_from_an_argument() {
    let idp = Idp::provider("");
    let issuer = idp.issuer();
    let good = token(&idp, &rs256(), |_| {});
    let mut program = Program::bare(&idp, &["verify", "token.txt", "--issuer", &issuer]);
    std::fs::write(program.dir.path().join("token.txt"), &good).unwrap();
    program.run_and_keep().assert_code(0);
    let missing = Program::bare(&idp, &["verify", "none.txt", "--issuer", &issuer]).run();
    missing
        .assert_code(2)
        .assert_says("Cannot read a token from none.txt");
    let argument = Program::bare(&idp, &["verify", &good, "--issuer", &issuer]).run();
    argument
        .assert_code(2)
        .assert_says("The token itself was given as an argument");
    assert!(!argument.printed().contains(&good), "it is not shown again");
}

#[test]
fn ctrl_c_ends_it_while_it_waits_for_a_token() {
    let idp = Idp::provider("");
    let issuer = idp.issuer();
    let mut program = Program::bare(&idp, &["verify", "--issuer", &issuer]);
    // Its input stays open: there is never an end of it.
    let (mut child, _open) = program.spawn();
    // It listens for signals before it reads.
    let handlers = format!("/proc/{}/status", child.id());
    let listens = || {
        let status = std::fs::read_to_string(&handlers).unwrap_or_default();
        let caught = status
            .lines()
            .find_map(|line| line.strip_prefix("SigCgt:\t"));
        caught.is_some_and(|mask| u64::from_str_radix(mask, 16).unwrap() & 0b10 != 0)
    };
    while cfg!(target_os = "linux") && !listens() {
        std::thread::yield_now();
    }
    let pid = child.id().to_string();
    Command::new("kill").args(["-INT", &pid]).status().unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
}

#[test]
fn the_page_shows_the_checks_and_gives_no_access() {
    let idp = Idp::provider("");
    let good = token(&idp, &rs256(), |_| {});
    let issuer = idp.issuer();
    for (text, title) in [
        (good.clone(), "Token accepted"),
        (
            ATTACKER.sign(&rs256(), &json!({"iss": issuer})),
            "Token not accepted",
        ),
        (
            format!(
                "{}.",
                unsigned(&json!({"alg": "none"}), &json!({"x": "<script>"}))
            ),
            "Token not accepted",
        ),
    ] {
        let args = ["verify", "--issuer", &issuer, "--report", "page.html"];
        let mut program = Program::bare(&idp, &args);
        program.run_with_all_input(&text);
        let page = program.file("page.html");
        assert!(page.contains(&format!("<h1>{title}</h1>")), "{page}");
        assert!(page.contains("only the issuer's public keys were fetched"));
        assert!(page.contains("RFC 7515 5.2"), "{page}");
        let signature = text.rsplit('.').next().unwrap();
        assert!(
            signature.is_empty() || !page.contains(signature),
            "the signature is cut"
        );
        assert!(!page.contains("<script"), "{page}");
    }
}

/// The stack's own tokens need no flag.
#[test]
fn without_issuer_it_is_that_of_the_stack() {
    let idp = Idp::honest();
    let login = Program::new(&idp, &["--headless", "--json"]).run();
    let login = login.json();
    for (token, audience) in [("id_token", "client"), ("access_token", "client")] {
        let token = login["tokens"][token].as_str().unwrap();
        let mut program = Program::new(&idp, &["verify", "--audience", audience, "-"]);
        program.run_with_all_input(token).assert_code(0);
        let mut program = Program::new(&idp, &["verify", "--audience", "other"]);
        program
            .run_with_all_input(token)
            .assert_code(1)
            .assert_says("aud of the token");
    }
}
