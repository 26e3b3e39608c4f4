//! `--issuer`: any OpenID provider, without a stack.

use std::net::TcpListener;

use axum::Json;
use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp, OPAQUE, POOL, UnsignedTokens};
use crate::jwt::{ATTACKER, SERVER, sha256, unsigned};
use crate::program::{Program, RunResult, free_port};
use crate::raw_http;

/// Signs in at a provider, in a browser.
fn login(idp: &Idp, args: &[&str]) -> RunResult {
    let login = Program::at_provider(idp, &[&["--no-browser"], args].concat()).start();
    login.signed_in(idp)
}

/// What `--json` prints.
fn json_of(idp: &Idp, args: &[&str]) -> Value {
    let result = login(idp, &[&["--json"], args].concat());
    result.assert_code(0);
    result.json()
}

/// The checks of the access token: name, actual value and verdict.
fn access_checks(login: &Value) -> Vec<[&str; 3]> {
    let checks = login["checks"].as_array().unwrap().iter();
    let of_access = checks.filter(|check| check["token"] == "access");
    of_access
        .map(|check| ["check", "actual", "verdict"].map(|name| check[name].as_str().unwrap()))
        .collect()
}

#[test]
fn a_login_needs_issuer_and_client_id_and_no_stack() {
    for path in ["", "/", "/realm", "/realm/"] {
        let idp = Idp::provider(path);
        let all = ["--refresh", "--userinfo", "--logout"];
        let result = login(&idp, &all);
        result.assert_code(0);
        for said in [
            "\n# Access token\nopaque-access-token\n\nIt is opaque: only the API and the server can read it",
            "\nok       nonce ",
            "\nok       at_hash ",
            "\nnote     format ",
            "\n# Userinfo\n",
            "\n# After the refresh\n",
            "may learn that it is no longer good.\n",
            "Signed in as ada@example.com: 11 checks hold, no API was called (--api URL names one)\n",
        ] {
            result.assert_prints(said);
        }
        assert!(
            result
                .stderr
                .ends_with("\nnext: --report login.html keeps the page that shows what happened\n"),
            "{}",
            result.stderr
        );
        assert_eq!(idp.api_calls(), 0);
        assert_eq!(idp.count("/oauth2/revoke"), 1);
    }
}

#[test]
fn flags_that_do_not_belong_together_are_refused_before_any_call() {
    let idp = Idp::provider("");
    let issuer = idp.issuer();
    let own = ["--issuer", &issuer, "--client-id", CLIENT];
    let with = |more: &[&'static str]| [&own[..], more].concat();
    for (args, said, hint) in [
        (
            vec!["--issuer", &*issuer],
            "--issuer is given without --client-id",
            "--client-id ID",
        ),
        (
            vec!["--client-id", "a"],
            "--client-id is given without --issuer",
            "--issuer URL",
        ),
        (
            vec!["--api", "https://api.example.com"],
            "--api is given without --issuer",
            "state.json",
        ),
        (
            vec!["--issuer", "http://login.example.com", "--client-id", "a"],
            "is not protected",
            "https",
        ),
        (
            vec!["--issuer", &*issuer, "--client-id", ""],
            "--client-id is empty",
            "",
        ),
        (
            with(&["--headless"]),
            "--headless is for the stack that 'create' made",
            "--no-browser",
        ),
        (
            with(&["--signup"]),
            "--signup is for the stack",
            "sign-in page",
        ),
        (
            with(&["--state", "x.json"]),
            "cannot be used with '--state",
            "--help",
        ),
        (
            with(&["--redirect-uri", "https://localhost/callback"]),
            "is not one that this program can listen on",
            "127.0.0.1 or [::1]",
        ),
        (
            with(&["--api", "http://api.example.com"]),
            "--api 'http://api.example.com' is not protected",
            "must be https",
        ),
        (
            with(&["--scopes", "a\"b"]),
            "is not a scope",
            "printable ASCII",
        ),
        (
            vec!["lab", "--issuer", &*issuer],
            "'tokens lab' does not take --issuer: it attacks the stack that 'create' made",
            "leave it out",
        ),
        (
            vec!["verify", "--client-id", "a"],
            "unexpected argument '--client-id'",
            "--help",
        ),
    ] {
        let result = Program::bare(&idp, &args).run();
        result.assert_code(2).assert_says(said).assert_says(hint);
    }
    let calls = idp.state().calls.clone();
    assert_eq!(calls, [""; 0], "nothing was called");
}

#[test]
fn the_api_is_called_if_it_is_named_and_its_refusals_are_its_own() {
    let idp = Idp::provider("");
    let api = format!("{}/dev/hello", idp.url());
    let result = login(&idp, &["--api", &api]);
    result.assert_code(0);
    result.assert_prints("> Authorization: Bearer opaque-access-token");
    result.assert_ends_with(", the API answered 200\n");
    for (status, said) in [
        (StatusCode::UNAUTHORIZED, "It may be meant for another API"),
        (StatusCode::FORBIDDEN, "--scopes asks for others"),
        (StatusCode::BAD_GATEWAY, "its own logs have the reason"),
        (StatusCode::IM_A_TEAPOT, "which does not concern the token"),
    ] {
        let idp = Idp::provider("").answering("/dev/hello", move |_| status);
        let api = format!("{}/dev/hello", idp.url());
        let result = login(&idp, &["--api", &api, "--fail"]);
        result.assert_code(3);
        result.assert_prints(said);
        for word in ["make api", "authorizer", "function", "AWS"] {
            result.assert_prints_not(word);
        }
    }
}

#[test]
fn an_opaque_token_has_the_scope_of_the_response_and_at_hash_ties_it() {
    let with_scope = |scope: &'static str| {
        let idp = Idp::provider_tampering("", move |t| t.response = json!({ "scope": scope }));
        json_of(&idp, &["--scopes", "openid email"])
    };
    let opaque = [
        "format",
        "opaque: only the API and the server can read it",
        "note",
    ];
    assert_eq!(
        access_checks(&with_scope("openid")),
        [opaque, ["scope", "openid", "ok"]]
    );
    assert_eq!(
        access_checks(&with_scope("openid admin")),
        [opaque, ["scope", "openid admin", "note"]]
    );
    // Without it, what was requested is what was granted.
    let silent = json_of(&Idp::provider(""), &[]);
    assert_eq!(
        access_checks(&silent),
        [opaque, ["scope", "none", "absent"]]
    );
    assert_eq!(silent["decoded"]["access_token"], Value::Null);
    assert_eq!(silent["tokens"]["access_token"], OPAQUE);
    // Another access token than the one that the id token was issued with.
    let swapped = Idp::provider_tampering("", |t| {
        t.id["at_hash"] = json!(crate::jwt::base64url(&sha256("another")[..16]));
    });
    login(&swapped, &[])
        .assert_code(1)
        .assert_says("at_hash of the id token");
}

/// A refresh must not widen what was granted.
#[test]
fn a_refresh_with_more_scope_is_refused() {
    let idp = Idp::provider_tampering("", |t| {
        if t.id.get("nonce").is_none() {
            t.response = json!({"scope": "openid admin"});
        }
    });
    login(&idp, &["--refresh", "--scopes", "openid email"])
        .assert_code(1)
        .assert_says("scope of the access token: expected of: openid email, got openid admin");
}

/// It is the id token that names the person; of an access token of an unknown
/// kind nothing is demanded.
#[test]
fn after_a_refresh_the_id_token_names_the_same_person() {
    let with = |change: fn(&mut UnsignedTokens)| {
        Idp::provider_tampering("", move |t| {
            t.sign_access = |header, claims| SERVER.sign(header, claims);
            t.access.as_object_mut().unwrap().remove("sub");
            if t.id.get("nonce").is_none() {
                change(t);
            }
        })
    };
    login(&with(|_| {}), &["--refresh"]).assert_code(0);
    login(&with(|t| t.id["sub"] = json!("another")), &["--refresh"])
        .assert_code(1)
        .assert_says("sub of the id token: expected s, got another (OIDC Core 12.2)");
}

#[test]
fn an_algorithm_that_is_not_known_is_named_with_those_that_are() {
    let idp = Idp::provider_tampering("", |t| t.header = json!({"alg": "ES512", "kid": "k1"}));
    login(&idp, &[]).assert_code(1).assert_says(
        "alg of the id token: expected RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384, EdDSA, got ES512",
    );
}

#[test]
fn a_jwt_is_checked_as_far_as_its_kind_goes() {
    let at_jwt = |change: fn(&mut Value)| Idp::provider_of_rfc9068(move |t| change(&mut t.access));
    let good = json_of(&at_jwt(|_| {}), &[]);
    let names: Vec<&str> = access_checks(&good).iter().map(|check| check[0]).collect();
    assert_eq!(
        names.join(" "),
        "typ alg kid signature iss aud client_id sub jti exp iat auth_time scope"
    );
    for (change, said) in [
        (
            (|t| t["iss"] = json!("https://other")) as fn(&mut Value),
            "iss of the access token",
        ),
        (|t| t["aud"] = Value::Null, "aud of the access token"),
        (
            |t| t["client_id"] = json!("other"),
            "client_id of the access token",
        ),
        (|t| t["jti"] = Value::Null, "jti of the access token"),
        (|t| t["sub"] = Value::Null, "sub of the access token"),
        (|t| t["exp"] = json!(1), "exp of the access token"),
        (|t| t["iat"] = Value::Null, "iat of the access token"),
        (
            |t| t["scope"] = json!(["openid"]),
            "scope of the access token",
        ),
    ] {
        login(&at_jwt(change), &[]).assert_code(1).assert_says(said);
    }
}

#[test]
fn a_jwt_of_an_unknown_kind_is_shown_and_what_is_known_of_it_is_checked() {
    type Sign = fn(&Value, &Value) -> String;
    let provider = |sign: Sign, change: fn(&mut Value)| {
        Idp::provider_tampering("", move |t| {
            t.sign_access = sign;
            change(&mut t.access);
        })
    };
    let signed: Sign = |header, claims| SERVER.sign(header, claims);
    let strange = json_of(&provider(signed, |t| t["client_id"] = json!(5)), &[]);
    let format = [
        "format",
        "a JWT, but not at+jwt: its claims are for the API",
        "note",
    ];
    let checks = access_checks(&strange);
    assert_eq!(checks[0], format);
    let names: Vec<&str> = checks.iter().map(|check| check[0]).collect();
    assert_eq!(
        names,
        ["format", "iss", "alg", "kid", "signature", "exp", "scope"]
    );
    assert_eq!(
        strange["decoded"]["access_token"]["payload"]["client_id"],
        5
    );
    // Of another issuer, or with a secret that only server and API have: not
    // for this client to verify.
    let foreign = json_of(
        &provider(signed, |t| t["iss"] = json!("https://other")),
        &[],
    );
    assert_eq!(
        access_checks(&foreign)[1..],
        [
            ["iss", "https://other", "note"],
            ["scope", "none", "absent"]
        ]
    );
    let with_secret: Sign =
        |_, claims| SERVER.hmac_with_public_key(&json!({"alg": "HS256", "kid": "k1"}), claims);
    let secret = json_of(&provider(with_secret, |_| {}), &[]);
    let names: Vec<_> = access_checks(&secret)
        .iter()
        .map(|c| (c[0], c[2]))
        .collect();
    assert_eq!(
        names,
        [
            ("format", "note"),
            ("iss", "ok"),
            ("alg", "note"),
            ("exp", "ok"),
            ("scope", "absent")
        ]
    );
    // The issuer's own, and falsified.
    let other_key: Sign = |header, claims| ATTACKER.sign(header, claims);
    let unsigned_token: Sign =
        |_, claims| format!("{}.", unsigned(&json!({"alg": "none"}), claims));
    for (idp, said) in [
        (provider(other_key, |_| {}), "signature of the access token"),
        (provider(unsigned_token, |_| {}), "alg of the access token"),
        (
            provider(signed, |t| t["exp"] = json!(1)),
            "exp of the access token",
        ),
    ] {
        login(&idp, &[]).assert_code(1).assert_says(said);
    }
}

#[test]
fn a_cognito_user_pool_is_known_by_its_issuer() {
    // The tests' own server is a local cloud: it names the pool as AWS would.
    let idp = Idp::honest();
    let issuer = format!("{}/{POOL}", idp.url());
    let uri = format!("http://localhost:{}/callback", free_port());
    let args = [
        "--issuer",
        &issuer,
        "--client-id",
        CLIENT,
        "--redirect-uri",
        &uri,
        "--no-browser",
    ];
    let login = Program::bare(&idp, &[&args[..], &["--logout"]].concat()).start();
    let result = login.signed_in(&idp);
    result.assert_code(0);
    result.assert_prints("ok       token_use  id");
    result.assert_prints("it checks tokens without asking Cognito.");
    result.assert_prints("/logout?client_id=client&response_type=code&redirect_uri=");
}

#[test]
fn the_first_free_address_is_used_from_request_to_exchange() {
    let (busy, free) = (free_port(), free_port());
    let holder = TcpListener::bind(("127.0.0.1", busy)).unwrap();
    let uri = |port| format!("http://localhost:{port}/callback");
    // Flags for a provider, state.json for the stack.
    let idp = Idp::provider("");
    let uris = [uri(busy), uri(free)];
    let flags = ["--redirect-uri", &uris[0], "--redirect-uri", &uris[1]];
    let given = Program::at_provider(&idp, &[&["--no-browser"], &flags[..]].concat());
    let of_stack = Idp::honest();
    let mut stack = Program::new(&of_stack, &["--no-browser"]);
    stack.state["terminal_app_callback_urls"] = json!(uris);
    for (idp, program) in [(&idp, given), (&of_stack, stack)] {
        let login = program.start();
        let callback = idp.approve(&login.address);
        assert!(callback.starts_with(&uris[1]), "{callback}");
        raw_http::get(&callback);
        login.result().assert_code(0);
    }
    let _other_holder = TcpListener::bind(("127.0.0.1", free)).unwrap();
    let refused = Program::at_provider(&idp, &[&["--no-browser"], &flags[..]].concat()).run();
    refused
        .assert_code(1)
        .assert_says(&format!("port {busy} is in use by "))
        .assert_says(&format!("port {free} is in use by "))
        .assert_says("hint: stop one of these programs, then run this again; --redirect-uri names another address that is registered");
    drop(holder);
}

#[test]
fn addresses_of_this_machine_are_taken_as_rfc_8252_prefers_them() {
    for host in ["127.0.0.1", "[::1]"] {
        for port in [0, free_port()] {
            let idp = Idp::provider("");
            let uri = format!("http://{host}:{port}/callback");
            let args = ["--no-browser", "--redirect-uri", &uri];
            let login = Program::at_provider(&idp, &args).start();
            let callback = idp.approve(&login.address);
            assert!(
                callback.starts_with(&format!("http://{host}:")),
                "{callback}"
            );
            assert!(!callback.contains(":0/"), "{callback}");
            raw_http::get(&callback);
            login.result().assert_code(0);
        }
    }
}

#[test]
fn the_page_says_that_a_token_is_opaque_and_does_not_show_it() {
    let idp = Idp::provider("");
    let args = ["--no-browser", "--refresh", "--userinfo", "--logout"];
    let login = Program::at_provider(&idp, &args).start();
    let page = raw_http::get(&idp.approve(&login.address)).body;
    login.result().assert_code(0);
    assert!(page.contains("It is opaque: only the API and the server can read it"));
    assert!(!page.contains(OPAQUE), "whoever has it has access");
    let host = idp.url().replace("http://", "");
    assert!(
        page.contains(&format!("signs in on {host}'s page")),
        "{page}"
    );
    for word in ["Cognito", "make "] {
        assert!(!page.contains(word), "{word} in {page}");
    }
}

#[test]
fn one_token_is_printed_for_scripts() {
    let idp = Idp::provider("");
    for (which, token) in [("access", OPAQUE), ("refresh", "refresh")] {
        let result = login(&idp, &["--print", which]);
        result.assert_code(0);
        assert_eq!(result.stdout, format!("{token}\n"));
    }
}

#[test]
fn nothing_at_a_provider_speaks_of_the_stack() {
    let no_document = Idp::provider("").answering("/.well-known/openid-configuration", |_| {
        StatusCode::NOT_FOUND
    });
    let result = Program::at_provider(&no_document, &["--no-browser"]).run();
    result
        .assert_code(1)
        .assert_says("is --issuer the provider's issuer?");
    let no_client = Idp::provider("").answering("/oauth2/token", |_| {
        let error = json!({"error": "invalid_client"});
        (StatusCode::UNAUTHORIZED, Json(error))
    });
    let other = login(&no_client, &[]);
    other.assert_code(1).assert_says("is --client-id right?");
    let gone = Program::bare(
        &no_client,
        &["--issuer", "http://127.0.0.1:9", "--client-id", "a"],
    )
    .run();
    gone.assert_code(1)
        .assert_says("hint: is that program running?");
    for result in [result, other, gone] {
        for word in ["Cognito", "make ", "user pool", "state.json", "local cloud"] {
            assert!(
                !result.printed().contains(word),
                "{word} in {}",
                result.printed()
            );
        }
    }
}
