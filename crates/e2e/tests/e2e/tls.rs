//! A cloud behind TLS whose certificate authority only a setting names.

use std::time::{Duration, Instant};

use e2e::{TestEnv, TlsFront};

/// An environment in a cloud behind TLS; the authority is in `ca.pem`.
fn behind_tls() -> (TestEnv, TlsFront) {
    let mut env = TestEnv::new();
    let front = TlsFront::start(env.cloud_url());
    // Bundles have certificates that not every library can use.
    let odd = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    let bundle = format!("a comment\n{odd}{}", front.ca_pem);
    std::fs::write(env.dir().join("ca.pem"), bundle).unwrap();
    env.change("AWS_ENDPOINT_URL", &front.url);
    (env.unset("AWS_CA_BUNDLE"), front)
}

#[test]
fn each_setting_that_names_the_authority_is_honoured_by_all_programs() {
    let (mut env, front) = behind_tls();
    let bundle = env.dir().join("ca.pem").display().to_string();
    let profile = format!("[default]\nca_bundle = {bundle}\n");
    std::fs::write(env.dir().join("config"), profile).unwrap();
    for (name, value) in [
        ("AWS_CA_BUNDLE", bundle.as_str()),
        ("AWS_CONFIG_FILE", "config"),
        ("SSL_CERT_FILE", &bundle),
    ] {
        env = env.set(name, value);
        let place = format!("at {}:", front.url);
        env.create().code(0).stderr_has(&place);
        let api = env.state()["api_url"].to_string();
        assert!(api.starts_with("\"https://"), "{api}");
        env.tokens(&[]).code(0).stdout_has("hello world");
        env.delete().code(0);
        env = env.unset(name);
    }
}

#[test]
fn a_certificate_that_is_not_trusted_fails_at_once_and_names_the_settings() {
    let (mut env, _front) = behind_tls();
    env.change("AWS_CA_BUNDLE", "ca.pem");
    env.create().code(0);
    let path = env.state_path().display().to_string();
    let there = env.colleague().unset("AWS_CA_BUNDLE");
    for (program, args) in [
        ("create", vec!["--state", &path]),
        ("tokens", vec!["--state", &path, "--headless"]),
        ("delete", vec!["--state", &path]),
    ] {
        let begun = Instant::now();
        let result = there.run(program, &args).code(1);
        assert!(begun.elapsed() < Duration::from_secs(3), "{result:#?}");
        result
            .stderr_has("invalid peer certificate: UnknownIssuer")
            .stderr_has("AWS_CA_BUNDLE")
            .stderr_has("ca_bundle")
            .stderr_has("SSL_CERT_FILE");
    }
    env.delete().code(0);
}

#[test]
fn a_bundle_that_cannot_be_used_is_refused_by_name() {
    let mut env = TestEnv::at("http://127.0.0.1:9");
    std::fs::write(env.dir().join("empty.pem"), "").unwrap();
    let config = "[default]\nca_bundle = missing.pem\n";
    std::fs::write(env.dir().join("config"), config).unwrap();
    for (name, value, why) in [
        ("AWS_CA_BUNDLE", "missing.pem", "No such file"),
        ("AWS_CA_BUNDLE", "empty.pem", "it has no certificate"),
        (
            "AWS_CONFIG_FILE",
            "config",
            "ca_bundle of profile 'default'",
        ),
    ] {
        env = env.set(name, value);
        for program in ["create", "tokens", "delete", "logs"] {
            env.run(program, &[]).code(2).stderr_has(why);
        }
        env = env.unset(name);
    }
}
