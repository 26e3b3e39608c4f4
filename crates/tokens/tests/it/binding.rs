//! DPoP: tokens that are bound to a key of the run, and proofs of that key. The
//! tests' server verifies every proof (RFC 9449 section 4.3).

use std::net::SocketAddr;

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::idp::{Idp, UnsignedTokens};
use crate::program::{Program, RunResult};
use crate::raw_http;

/// A provider that binds tokens, with access tokens of RFC 9068.
fn provider(change: fn(&mut UnsignedTokens)) -> Idp {
    let idp = Idp::provider_of_rfc9068(change);
    idp.with(|state| state.clients.binds = true)
}

/// Signs in and calls the API.
fn login(idp: &Idp, args: &[&str]) -> (RunResult, String) {
    let api = format!("{}/dev/hello", idp.url());
    let own = [
        "--no-browser",
        "--dpop",
        "--api",
        &api,
        "--report",
        "login.html",
    ];
    let login = Program::at_provider(idp, &[&own, args].concat()).start();
    let carried = url::Url::parse(&login.address).unwrap();
    let jkt = carried.query_pairs().find(|(name, _)| name == "dpop_jkt");
    assert_eq!(jkt.unwrap().1.len(), 43, "{}", login.address);
    raw_http::get(&idp.approve(&login.address));
    let (result, folder) = login.result_and_folder();
    let page = std::fs::read_to_string(folder.path().join("login.html"));
    (result, page.unwrap())
}

#[test]
fn every_request_with_the_token_has_a_proof_of_its_own() {
    let idp = provider(|_| {});
    let (result, page) = login(&idp, &["--refresh", "--userinfo", "--logout", "--json"]);
    result.assert_code(0);
    let requests = idp.state().clients.seen.clone();
    let with_proof: Vec<(&str, bool)> = requests
        .iter()
        .map(|seen| (&*seen.path, seen.proof.is_some()))
        .collect();
    let expected = [
        ("/oauth2/token", true),
        ("/dev/hello", true),
        ("/oauth2/userInfo", true),
        ("/oauth2/token", true),
        ("/oauth2/revoke", false),
    ];
    assert_eq!(with_proof, expected);
    let run = result.json();
    let thumbprint = run["dpop"]["thumbprint"].as_str().unwrap();
    assert_eq!(
        run["decoded"]["access_token"]["payload"]["cnf"]["jkt"],
        thumbprint
    );
    for checks in [&run["checks"], &run["refresh"]["checks"]] {
        let mut bound = checks.as_array().unwrap().iter();
        let bound = bound.find(|check| check["check"] == "cnf jkt").unwrap();
        assert_eq!(bound["verdict"], "ok");
        assert_eq!(bound["expected"], thumbprint);
    }
    assert_eq!(run["response"]["status"], 200);
    let sent = &run["request"]["headers"];
    assert!(sent["authorization"].as_str().unwrap().starts_with("DPoP "));
    assert_eq!(sent["dpop"].as_str().unwrap().matches('.').count(), 2);
    for shown in [
        thumbprint,
        "DPoP: a proof for the API",
        "The newest proof",
        "GET hello, Authorization: DPoP …, DPoP: a proof",
        "&gt; Authorization: DPoP (the access token above)",
        "&gt; DPoP: (the proof above)",
        "Without it: ",
        "dpop_jkt",
    ] {
        assert!(page.contains(shown), "no {shown} in {page}");
    }
}

#[test]
fn the_key_is_new_in_every_run_and_its_private_half_is_nowhere() {
    let idp = provider(|_| {});
    let thumbprints = [(); 2].map(|()| {
        let (result, page) = login(&idp, &["--explain"]);
        result
            .assert_code(0)
            .assert_says("] DPoP: a proof for the token endpoint\n")
            .assert_says("      htm = POST\n")
            .assert_says("      typ = dpop+jwt\n")
            .assert_says("Without it: a token works for whoever has it");
        for text in [&result.stdout, &result.stderr, &page] {
            assert!(!text.contains("\"d\""), "{text}");
        }
        result.assert_prints("# DPoP: the access token is bound to a key\nThumbprint");
        idp.state().clients.thumbprint.clone().unwrap()
    });
    assert_ne!(thumbprints[0], thumbprints[1]);
}

#[test]
fn a_nonce_of_the_server_is_put_into_the_next_proof_once() {
    let idp = provider(|_| {}).with(|state| {
        state.clients.nonce = Some("nonce-of-the-server");
        state.clients.api_nonce = Some("nonce-of-the-api");
    });
    let (result, _) = login(&idp, &["--refresh", "--userinfo"]);
    result.assert_code(0);
    // Each was asked twice where its nonce was not the newest of this address:
    // server and API have one here.
    let seen = idp.state().clients.seen.clone();
    let paths: Vec<&str> = seen.iter().map(|seen| &*seen.path).collect();
    let expected = [
        "/oauth2/token",
        "/oauth2/token",
        "/dev/hello",
        "/dev/hello",
        "/oauth2/userInfo",
        "/oauth2/userInfo",
        "/oauth2/token",
    ];
    assert_eq!(paths, expected);
    // One that is never content is asked twice, not for ever.
    let idp = provider(|_| {}).answering("/oauth2/token", |_| {
        let headers = [("dpop-nonce", next_nonce())];
        let error = Json(json!({"error": "use_dpop_nonce"}));
        (StatusCode::BAD_REQUEST, headers, error)
    });
    let (result, _) = login(&idp, &[]);
    result
        .assert_code(1)
        .assert_says("The token endpoint refused: use_dpop_nonce");
    assert_eq!(idp.count("/oauth2/token"), 2);
}

/// Asked again only where that can help: with a nonce that is new and was missed.
#[test]
fn a_request_is_repeated_for_a_new_nonce_that_was_missed() {
    const NONCE: [(&str, &str); 1] = [("dpop-nonce", "the-same")];
    for (status, hello, userinfo) in [(StatusCode::OK, 1, 1), (StatusCode::UNAUTHORIZED, 2, 1)] {
        let answer: fn(&SocketAddr) -> Response = match status {
            StatusCode::OK => |_| (NONCE, r#"{"sub": "s"}"#).into_response(),
            _ => |_| {
                let challenge = [("www-authenticate", "DPoP error=\"use_dpop_nonce\"")];
                (StatusCode::UNAUTHORIZED, NONCE, challenge).into_response()
            },
        };
        let idp = provider(|_| {})
            .answering("/dev/hello", answer)
            .answering("/oauth2/userInfo", answer);
        login(&idp, &["--userinfo"]);
        assert_eq!(idp.count("/dev/hello"), hello, "{status}");
        assert_eq!(idp.count("/oauth2/userInfo"), userinfo, "{status}");
    }
}

/// Another value each time.
fn next_nonce() -> String {
    use std::sync::atomic::{AtomicUsize, Ordering};
    static NEXT: AtomicUsize = AtomicUsize::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed).to_string()
}

#[test]
fn a_token_that_is_not_bound_to_the_key_is_refused() {
    for (change, said) in [
        (
            (|t| t.access["cnf"] = json!({"jkt": "another"})) as fn(&mut UnsignedTokens),
            "cnf jkt of the access token",
        ),
        (
            |t| t.access["cnf"] = json!({"jkt": 5}),
            "cnf jkt of the access token",
        ),
        (
            |t| t.access["cnf"] = json!("jkt"),
            "cnf jkt of the access token",
        ),
        (
            |t| drop(t.access.as_object_mut().unwrap().remove("cnf")),
            "got none (RFC 9449 6.1)",
        ),
        (
            |t| t.response["token_type"] = json!("Bearer"),
            "The token endpoint got a proof and answered with a bearer token",
        ),
        (
            |t| t.response["token_type"] = json!("mac"),
            "its token_type is not DPoP",
        ),
    ] {
        let idp = provider(change);
        let (result, _) = login(&idp, &[]);
        result.assert_code(1).assert_says(said);
        assert_eq!(idp.api_calls(), 0);
    }
    // Nor is a bound one taken where no key was shown.
    let idp = Idp::provider_tampering("", |t| t.response["token_type"] = json!("DPoP"));
    let login = Program::at_provider(&idp, &["--no-browser"]).start();
    login
        .signed_in(&idp)
        .assert_code(1)
        .assert_says("its token_type is DPoP, although no key was shown")
        .assert_says("hint: --dpop makes a key");
}

#[test]
fn the_binding_of_an_opaque_token_is_the_server_s_to_know() {
    let idp = Idp::provider("").with(|state| state.clients.binds = true);
    let (result, _) = login(&idp, &["--json"]);
    result.assert_code(0);
    let run = result.json();
    let mut checks = run["checks"].as_array().unwrap().iter();
    let bound = checks.find(|check| check["check"] == "cnf jkt").unwrap();
    assert_eq!(bound["verdict"], "note");
    assert_eq!(bound["rule"], "RFC 9449 6.2");
}

#[test]
fn a_provider_that_takes_other_proofs_only_is_not_asked() {
    let idp = provider(|_| {}).with_discovery(|document| {
        document["dpop_signing_alg_values_supported"] = json!(["RS256"]);
    });
    let result = Program::at_provider(&idp, &["--dpop"]).run();
    result
        .assert_code(1)
        .assert_says("takes no proof that is signed with ES256");
    assert_eq!(idp.state().calls.len(), 1);
}

#[test]
fn an_api_that_knows_no_proofs_is_named() {
    let idp = provider(|_| {}).answering("/dev/hello", |_| {
        let challenge = [("www-authenticate", "Bearer")];
        (StatusCode::UNAUTHORIZED, challenge)
    });
    let (result, page) = login(&idp, &["--fail"]);
    result.assert_code(3);
    let hint = "this API may take bearer tokens only";
    for text in [&result.stdout, &page] {
        assert!(text.contains(hint), "{text}");
    }
}

#[test]
fn a_bound_token_that_is_printed_is_of_no_use_elsewhere() {
    let idp = provider(|_| {});
    for (which, bound) in [("access", true), ("id", false)] {
        let args = ["--no-browser", "--dpop", "--print", which];
        let login = Program::at_provider(&idp, &args).start();
        let result = login.signed_in(&idp);
        result.assert_code(0);
        let note = "note: this token is bound to a key that ends with this run";
        assert_eq!(result.stderr.contains(note), bound, "{}", result.stderr);
    }
}
