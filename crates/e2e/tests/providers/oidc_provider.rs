//! The npm package oidc-provider, which is certified by the OpenID Foundation.

use e2e::RunResult;
use serde_json::{Value, json};

use crate::checks::{text, verdicts};
use crate::provider::Provider;

#[test]
fn id_tokens_of_every_algorithm_are_verified_and_what_comes_after_works() {
    let provider = Provider::oidc_provider("");
    let all = ["--refresh", "--userinfo", "--logout"];
    for (client, algorithm) in [
        ("rs256", "RS256"),
        ("rs512", "RS512"),
        ("ps256", "PS256"),
        ("ps384", "PS384"),
        ("es256", "ES256"),
        ("es384", "ES384"),
        ("eddsa", "EdDSA"),
    ] {
        let login = provider.login(client, &all);
        let header = &login["decoded"]["id_token"]["header"];
        assert_eq!(header["alg"], algorithm, "{login:#}");
        let checks = verdicts(&login["checks"], "id");
        for check in ["alg", "kid", "signature", "iss", "aud", "nonce", "sub"] {
            assert!(checks.contains(&(check, "ok")), "{check}: {checks:?}");
        }
        // Access tokens are opaque here.
        assert_eq!(login["decoded"]["access_token"], Value::Null);
        let access = verdicts(&login["checks"], "access");
        assert_eq!(access, [("format", "note"), ("scope", "ok")]);
        // The refresh token is rotated, and the newest one revoked.
        let (before, after) = (&login["tokens"], &login["refresh"]["tokens"]);
        assert_ne!(before["refresh_token"], after["refresh_token"]);
        let checks = verdicts(&login["refresh"]["checks"], "id");
        assert!(checks.contains(&("signature", "ok")), "{checks:?}");
        assert_eq!(login["userinfo"], json!({ "sub": "ada" }));
        assert_eq!(login["logout"]["revoked"], true);
        let address = text(&login["logout"]["address"]);
        assert!(address.contains("/session/end?client_id="), "{address}");
        let hint = format!("id_token_hint={}", text(&before["id_token"]));
        assert!(address.contains(&hint), "{address}");
        assert!(!address.contains("post_logout_redirect_uri"), "{address}");
        assert_eq!(login.get("request"), None, "no API was named");
    }
}

#[test]
fn the_text_is_the_provider_s_and_speaks_of_no_stack() {
    let provider = Provider::oidc_provider("");
    let logout = [
        "--logout",
        "--post-logout-redirect-uri",
        "http://127.0.0.1/goodbye",
    ];
    let report = ["--report", "login.html", "--explain"];
    let result = provider.sign_in("es256", &[&logout[..], &report].concat());
    let RunResult { stdout, stderr, .. } = result
        .code(0)
        .stdout_has("# Access token\n")
        .stdout_has("It is opaque: only the API and the server can read it")
        .stdout_has("no API was called (--api URL names one)\n")
        .stdout_has("post_logout_redirect_uri=http%3A%2F%2F127.0.0.1%2Fgoodbye")
        .stderr_has("next: open login.html in a browser");
    assert!(stdout.contains("Signed in as ada: "), "{stdout}");
    let page = provider.file("login.html");
    let host = provider.issuer.trim_start_matches("http://");
    assert!(page.contains(&format!("You proved to {host} who you are")));
    for said in [&stdout, &stderr, &page] {
        for word in ["Cognito", "make ", "user pool", "state.json", "Testuser"] {
            assert!(!said.contains(word), "{word} in {said}");
        }
    }
}

#[test]
fn access_tokens_that_are_jwts_are_checked_as_rfc_9068_says() {
    let provider = Provider::oidc_provider("");
    let scopes = ["--scopes", "openid read"];
    let login = provider.login("jwt-access-token", &scopes);
    let access = &login["decoded"]["access_token"];
    assert_eq!(access["header"]["typ"], "at+jwt");
    assert_eq!(access["header"]["alg"], "ES256");
    let checks = verdicts(&login["checks"], "access");
    for check in [
        "typ",
        "alg",
        "kid",
        "signature",
        "iss",
        "aud",
        "client_id",
        "sub",
        "jti",
        "exp",
        "iat",
        "scope",
    ] {
        assert!(checks.contains(&(check, "ok")), "{check}: {checks:?}");
    }
}

#[test]
fn a_pairwise_subject_is_another_one_at_each_client() {
    let provider = Provider::oidc_provider("");
    for client in ["pairwise", "pairwise-too"] {
        let login = provider.login(client, &["--userinfo", "--refresh"]);
        let subject = format!("ada-at-{client}");
        assert_eq!(login["decoded"]["id_token"]["payload"]["sub"], subject);
        assert_eq!(login["userinfo"]["sub"], subject);
    }
}

#[test]
fn an_issuer_may_have_a_path_and_a_slash_at_its_end() {
    for path in ["/", "/realm", "/realm/"] {
        let mut provider = Provider::oidc_provider(path);
        let login = provider.login("rs256", &["--userinfo"]);
        assert_eq!(
            login["decoded"]["id_token"]["payload"]["iss"],
            provider.issuer
        );
        // Nearly the same is not the same: it leads to the same document.
        let issuer = provider.issuer.clone();
        let other = match issuer.strip_suffix('/') {
            Some(without) => without.to_owned(),
            None => format!("{issuer}/"),
        };
        provider.issuer = other;
        provider
            .sign_in("rs256", &[])
            .code(1)
            .stderr_has(&format!("names the issuer '{issuer}'"))
            .stderr_has("only the slash at the end differs");
    }
}

#[test]
fn signed_userinfo_is_verified() {
    let provider = Provider::oidc_provider("");
    let args = ["--userinfo", "--scopes", "openid email"];
    provider
        .sign_in("signed-userinfo", &args)
        .code(0)
        .stdout_has("\"email\": \"ada@example.com\"")
        .stdout_has("It was signed: signature, iss, aud and sub have been verified.");
}

#[test]
fn a_token_from_anywhere_is_verified_and_stays_here() {
    let provider = Provider::oidc_provider("/realm");
    let login = provider.login("eddsa", &[]);
    let id_token = text(&login["tokens"]["id_token"]);
    provider
        .verify(id_token, &["--audience", "eddsa"])
        .code(0)
        .stdout_has("The token is good: ");
    provider
        .verify(id_token, &["--audience", "another"])
        .code(1)
        .stderr_has("aud of the token: expected another, got eddsa");
    let (signed, signature) = id_token.rsplit_once('.').expect("a JWT");
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    provider
        .verify(&forged, &[])
        .code(1)
        .stderr_has("signature of the token: expected valid, got not valid");
    // An opaque token says nothing to anybody but its server.
    provider
        .verify(text(&login["tokens"]["access_token"]), &[])
        .code(1)
        .stderr_has("This is not a JSON Web Token");
}

/// RFC 9207: the provider promises `iss`, so an answer without it is refused.
#[test]
fn the_answer_names_its_issuer() {
    let provider = Provider::oidc_provider("");
    let document = e2e::block_on(async {
        let url = format!("{}/.well-known/openid-configuration", provider.issuer);
        let client = reqwest::Client::builder().no_proxy().build();
        let answer = client.expect("a client").get(url).send().await;
        answer.expect("an answer").text().await.expect("a document")
    });
    let document: Value = serde_json::from_str(&document).expect("JSON");
    assert_eq!(
        document["authorization_response_iss_parameter_supported"],
        true
    );
    provider.login("rs256", &[]);
}
