//! Invalid settings, files and credentials: one clear message, nothing created.

use std::io::{Cursor, Write};
use std::net::{Ipv4Addr, TcpListener};
use std::time::{Duration, Instant};

use e2e::{Fault, ProxiedEnv, Rules, RunResult, TestEnv};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// Asserts exit code 2, one error, one hint, and nothing created or written.
#[track_caller]
fn refused(env: &TestEnv, result: RunResult, why: &str) {
    let refusal = result.code(2).stderr_has(why).stderr_has("hint: ");
    assert_eq!(refusal.stdout, "");
    let lines = refusal.stderr.lines();
    let errors = lines.filter(|line| line.starts_with("error: "));
    assert_eq!(errors.count(), 1, "{}", refusal.stderr);
    assert!(!env.state_path().exists());
}

#[test]
fn missing_or_wrong_settings() {
    let long = "long-".repeat(52);
    for (name, value, why) in [
        ("PASSWORD", None, "PASSWORD is not set"),
        ("PASSWORD", Some("short77"), "fewer than 8 characters"),
        ("PASSWORD", Some(&*long), "more than 256 characters"),
        ("DOMAIN_PREFIX", None, "DOMAIN_PREFIX is not set"),
        ("DOMAIN_PREFIX", Some("Hello"), "'Hello'"),
        ("DOMAIN_PREFIX", Some("my-aws-page"), "contains 'aws'"),
        ("DOMAIN_PREFIX", Some("amazonia"), "contains 'amazon'"),
        ("DOMAIN_PREFIX", Some("cognito-1"), "contains 'cognito'"),
        ("NAME_SUFFIX", Some("a b"), "NAME_SUFFIX"),
        ("AWS_DEFAULT_REGION", None, "No AWS region"),
    ] {
        let mut env = TestEnv::at("http://127.0.0.1:9").unset(name);
        if let Some(value) = value {
            env.change(name, value);
        }
        refused(&env, env.create(), why);
    }
}

#[test]
fn a_function_zip_that_lambda_could_not_run() {
    let env = TestEnv::at("http://127.0.0.1:9");
    let file = |name: &str, bytes: &[u8]| {
        let path = env.dir().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let empty_zip = ZipWriter::new(Cursor::new(Vec::new())).finish().unwrap();
    for (zip, why) in [
        ("missing.zip".to_owned(), "cannot be read"),
        (file("text.zip", b"no zip"), "not a zip file"),
        (
            file("empty.zip", &empty_zip.into_inner()),
            "no file 'bootstrap'",
        ),
        (
            file("script.zip", &zip_with("bootstrap", b"#!/bin/sh\n")),
            "not a Linux program",
        ),
    ] {
        let other = env.colleague().set("LAMBDA_ZIP", &zip);
        refused(&other, other.create(), why);
    }
}

/// A zip with one file in it.
fn zip_with(name: &str, content: &[u8]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    zip.start_file(name, SimpleFileOptions::default()).unwrap();
    zip.write_all(content).unwrap();
    zip.finish().unwrap().into_inner()
}

#[test]
fn no_credentials() {
    let env = TestEnv::new()
        .unset("AWS_ACCESS_KEY_ID")
        .unset("AWS_SECRET_ACCESS_KEY")
        .set("AWS_EC2_METADATA_DISABLED", "true");
    refused(&env, env.create(), "No AWS credentials");
}

#[test]
fn a_profile_that_does_not_exist() {
    let mut env = TestEnv::new()
        .unset("AWS_ACCESS_KEY_ID")
        .unset("AWS_SECRET_ACCESS_KEY")
        .set("AWS_PROFILE", "nobody");
    let why =
        "AWS_PROFILE is 'nobody', and no such profile is in ~/.aws/config or ~/.aws/credentials";
    refused(&env, env.create(), why);
    env.change("AWS_CONFIG_FILE", "somewhere");
    refused(&env, env.create(), "in somewhere or ~/.aws/credentials");
}

/// A `credential_process` may ask the person for a code: it must run only once.
#[test]
fn credentials_are_fetched_once() {
    let env = TestEnv::new()
        .unset("AWS_ACCESS_KEY_ID")
        .unset("AWS_SECRET_ACCESS_KEY")
        .set("AWS_PROFILE", "asks")
        .set("AWS_CONFIG_FILE", "config");
    let keys = r#"{"Version":1,"AccessKeyId":"000000000000","SecretAccessKey":"x"}"#;
    let script = format!("echo asked >> asked\necho '{keys}'\n");
    std::fs::write(env.dir().join("source"), script).unwrap();
    let config = "[profile asks]\ncredential_process = sh source\n";
    std::fs::write(env.dir().join("config"), config).unwrap();
    env.create().code(0);
    let asked = std::fs::read_to_string(env.dir().join("asked")).unwrap();
    assert_eq!(asked, "asked\n");
    env.delete().code(0);
}

#[test]
fn an_endpoint_that_is_not_an_http_address() {
    for url in ["4566", "localhost:4566", "ftp://localhost:4566"] {
        let env = TestEnv::at(url);
        let why = format!("AWS_ENDPOINT_URL '{url}' is not an http or https address");
        for program in ["create", "delete", "tokens"] {
            refused(&env, env.run(program, &[]), &why);
        }
    }
}

#[test]
fn expired_credentials() {
    let proxied = ProxiedEnv::new();
    let rules = Rules::fault_on("GetCallerIdentity", Fault::Refuse(403));
    let result = proxied
        .run("create", &[], rules)
        .code(1)
        .stderr_has("GetCallerIdentity: ExpiredToken: The security token");
    result.stderr_has("hint: your AWS session has ended");
    assert!(!proxied.env.state_path().exists());
}

#[test]
fn nothing_answers() {
    let env = TestEnv::at("http://127.0.0.1:9");
    let begun = Instant::now();
    let result = env
        .create()
        .code(1)
        .stderr_has("GetCallerIdentity: no connection");
    assert!(begun.elapsed() < Duration::from_secs(1), "{result:#?}");
    assert!(result.stderr.contains("make cloud"), "{}", result.stderr);
    assert!(
        !env.state_path().exists(),
        "nothing was created, so nothing is recorded"
    );
}

#[test]
fn a_state_file_that_cannot_be_used() {
    for (text, why) in [
        ("", "it is empty"),
        ("{\"region\": \"us-", "not a JSON object"),
        ("{\"state_version\": 99}", "a newer one wrote it"),
        ("{\"tomorrow\": 1}", "not of a shape"),
    ] {
        let env = TestEnv::new();
        std::fs::write(env.state_path(), text).unwrap();
        for program in ["create", "delete"] {
            env.run(program, &[]).code(2).stderr_has(why);
        }
        env.tokens(&[]).code(2).stderr_has(why);
        assert_eq!(std::fs::read_to_string(env.state_path()).unwrap(), text);
        assert!(env.inventory().is_empty());
    }
}

#[test]
fn tokens_before_create() {
    let env = TestEnv::new();
    env.tokens(&[])
        .code(2)
        .stderr_has("state.json")
        .stderr_has("make api");
}

#[test]
fn an_unknown_scope() {
    let env = TestEnv::with_stack();
    let result = env.tokens(&["--scopes", "openid HelloAPI/hello.fly"]);
    assert!(matches!(result.code, Some(1 | 2)), "{result:#?}");
    let said = |text| result.stderr.contains(text);
    assert!(said("hello.fly") || said("invalid_scope"), "{result:#?}");
    env.delete().code(0);
}

#[test]
fn busy_callback_ports() {
    let env = TestEnv::with_stack();
    let busy = |port| TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a free port");
    let args = ["--no-browser", "--timeout", "1"];
    let tokens = || env.run("tokens", &args).code(1);

    let _first = busy(8083);
    let next = "redirect_uri=http%3A%2F%2Flocalhost%3A8084%2Fcallback";
    tokens().stderr_has(next).stderr_has("Nobody signed in");

    let _others = [busy(8084), busy(18083)];
    let refused = tokens().stderr_has("8083").stderr_has("8084");
    refused.stderr_has("18083").stderr_has("hint: ");
    env.delete().code(0);
}

#[test]
fn settings_from_a_file_and_its_errors() {
    let mut env = TestEnv::new().unset("PASSWORD").unset("DOMAIN_PREFIX");
    let file = "export PASSWORD='MySecret$Pass9word'\nDOMAIN_PREFIX=from-file\n";
    std::fs::write(env.dir().join(".env"), file).unwrap();
    env.create().code(0).stdout_has("https://from-file.auth.");
    // In whichever way it is set, it is the same password.
    std::fs::write(env.dir().join(".env"), "PASSWORD=MySecret$Pass9word\n").unwrap();
    env.tokens(&[]).code(0);
    std::fs::write(env.dir().join(".env"), "").unwrap();
    env.change("PASSWORD", "MySecret$Pass9word");
    env.tokens(&[]).code(0);
    env = env.unset("PASSWORD");
    env.delete().code(0);

    // Each has the password in it, which no message may repeat.
    for (line, why) in [
        (
            "PASSWORD=correct-horse-42 and more words",
            "a space outside quotes",
        ),
        ("PASSWORD='correct-horse-42", "no closing"),
        (
            "PASSWORD='correct-horse-42's'",
            "goes on after its closing quote",
        ),
        (
            "PASSWORD=\"correct-horse-42\\d\"",
            "before a character that needs none",
        ),
        ("PASSWORD=correct-horse-42\0", "a control character"),
    ] {
        std::fs::write(env.dir().join(".env"), format!("\n{line}\n")).unwrap();
        for program in ["create", "tokens", "delete", "logs"] {
            let result = env.run(program, &[]);
            refused(&env, result, why);
        }
    }
    env.run("create", &["--env-file", "nowhere"])
        .code(2)
        .stderr_has("nowhere");
}

#[test]
fn help_and_version_and_wrong_flags() {
    let env = TestEnv::new();
    for name in ["create", "tokens", "delete", "logs"] {
        let help = env.run(name, &["--help"]).code(0);
        for flag in ["--env-file", "--state", "--explain", "--version"] {
            assert!(help.stdout.contains(flag), "{name}: no {flag}");
        }
        env.run(name, &["--version"]).code(0).stdout_has(name);
        env.run(name, &["--no-such-flag"])
            .code(2)
            .stderr_has("--no-such-flag");
    }
}
