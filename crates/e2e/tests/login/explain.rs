//! `tokens --explain`: the commands that it shows work as described.

use std::process::Command;

use e2e::has;
use serde_json::Value;

use crate::with_stack;

/// Runs a line in a shell, as if a person had pasted it.
fn shell(line: &str, access_token: &str) -> String {
    let output = Command::new("sh")
        .args(["-c", line])
        .env("ACCESS_TOKEN", access_token)
        .output()
        .expect("a shell");
    assert!(output.status.success(), "{line}: {output:?}");
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn the_commands_shown_reproduce_what_was_computed_and_fetched() {
    if !has("the commands of --explain", &["curl", "openssl"]) {
        return;
    }
    let env = with_stack();
    let result = env.tokens(&["--explain", "--json", "--userinfo"]).code(0);
    let printed: Value = serde_json::from_str(&result.stdout).expect("JSON");
    let access_token = printed["tokens"]["access_token"].as_str().expect("a token");
    let lines: Vec<&str> = result.stderr.lines().map(str::trim).collect();
    let after = |name: &str| {
        let line = lines.iter().find(|line| line.starts_with(name));
        line.and_then(|line| line.split(" = ").nth(1))
            .unwrap_or_else(|| panic!("no {name}"))
            .trim()
    };
    let commands: Vec<&str> = lines
        .iter()
        .filter_map(|line| line.strip_prefix("$ "))
        .collect();

    let hashes: Vec<String> = commands
        .iter()
        .filter(|c| c.contains("openssl"))
        .map(|c| shell(c, access_token))
        .collect();
    assert_eq!(
        hashes,
        [
            after("code_challenge "),
            after("at_hash of the access token")
        ]
    );

    let calls: Vec<&&str> = commands
        .iter()
        .filter(|c| c.starts_with("curl") && !c.contains("--data"))
        .collect();
    let answers: Vec<String> = calls.iter().map(|c| shell(c, access_token)).collect();
    for part in [
        "\"token_endpoint\"",
        "\"keys\"",
        "hello world",
        "testuser@example.com",
    ] {
        assert!(
            answers.iter().any(|answer| answer.contains(part)),
            "no {part} in {answers:?}"
        );
    }
    // A code works only once: it is refused as used, not as malformed.
    let exchange = commands
        .iter()
        .find(|c| c.contains("grant_type=authorization_code"))
        .expect("the exchange");
    assert!(shell(exchange, access_token).contains("invalid_grant"));
    assert!(
        !result.stderr.contains(access_token),
        "tokens are on stdout only"
    );
}
