//! The relying-party tests of the OpenID certification, profiles basic, config
//! and dynamic, by their names: what is right, and what `tokens` does.

use std::net::SocketAddr;

use axum::Json;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp, ProviderState, UnsignedTokens};
use crate::jwt::{ATTACKER, SERVER, SERVER_EC, unsigned};
use crate::program::Program;

/// What a relying party must do.
enum Right {
    /// Sign the person in, and print this.
    Accept(&'static str),
    /// Refuse, and say this.
    Refuse(&'static str),
    /// It concerns what this client does not do: why.
    NotHere(&'static str),
}
use Right::{Accept, NotHere, Refuse};

struct Case {
    name: &'static str,
    right: Right,
    tamper: fn(&mut UnsignedTokens),
    server: fn(&mut ProviderState),
}

/// A case at an honest server.
const fn case(name: &'static str, right: Right) -> Case {
    Case {
        name,
        right,
        tamper: |_| {},
        server: |_| {},
    }
}

impl Case {
    const fn tampered(self, tamper: fn(&mut UnsignedTokens)) -> Case {
        Case { tamper, ..self }
    }

    const fn at(self, server: fn(&mut ProviderState)) -> Case {
        Case { server, ..self }
    }
}

const SECRET: &str = "the client's secret";
const SIGNED_IN: &str = "Signed in as ada@example.com:";

#[rustfmt::skip] // one line each
fn cases() -> Vec<Case> {
    vec![
        case("rp-response_type-code", Accept(SIGNED_IN)),
        case("rp-scope-userinfo-claims", Accept("\"email\": \"testuser@example.com\"")),
        case("rp-scope-contains-openid-when-appropriate", Accept(SIGNED_IN)),
        // It is optional in the code flow; this client always sends one.
        case("rp-nonce-unless-code-flow", Accept("ok nonce")),
        case("rp-nonce-invalid", Refuse("nonce of the id token"))
            .tampered(|t| t.id["nonce"] = json!("another")),
        case("rp-id_token-sig-rs256", Accept("ok alg asymmetric RS256")),
        case("rp-id_token-sig-es256", Accept("ok alg asymmetric ES256"))
            .tampered(|t| {
                t.header = json!({"alg": "ES256", "kid": "e1"});
                t.sign_id = |header, claims| SERVER_EC.sign(header, claims);
            })
            .at(|server| server.answer("/jwks", |_| keys(&[SERVER.jwk("k1"), SERVER_EC.jwk("e1")]))),
        case("rp-id_token-sig-hs256", Refuse("alg of the id token: expected asymmetric, got HS256"))
            .tampered(|t| {
                t.header = json!({"alg": "HS256", "kid": "k1"});
                t.sign_id = |header, claims| SERVER.hmac_with_public_key(header, claims);
            }),
        // A client may accept it in the code flow if it was registered so. This
        // one was not.
        case("rp-id_token-sig-none", Refuse("alg of the id token: expected asymmetric, got none"))
            .tampered(|t| {
                t.header = json!({"alg": "none"});
                t.sign_id = |header, claims| format!("{}.", unsigned(header, claims));
            }),
        case("rp-id_token-bad-sig-rs256", Refuse("signature of the id token"))
            .tampered(|t| t.sign_id = |header, claims| ATTACKER.sign(header, claims)),
        case("rp-id_token-bad-sig-es256", Refuse("signature of the id token"))
            .tampered(|t| {
                t.header = json!({"alg": "ES256", "kid": "e1"});
                t.sign_id = |header, claims| {
                    let mut changed = claims.clone();
                    changed["sub"] = json!("another");
                    let signed = SERVER_EC.sign(header, &changed);
                    let signature = signed.rsplit('.').next().unwrap();
                    format!("{}.{signature}", unsigned(header, claims))
                };
            })
            .at(|server| server.answer("/jwks", |_| keys(&[SERVER_EC.jwk("e1")]))),
        case("rp-id_token-bad-sig-hs256", Refuse("signature of the id token"))
            .tampered(|t| {
                t.header = json!({"alg": "HS256", "kid": "k1"});
                t.sign_id = |header, claims| format!("{}.AAAA", unsigned(header, claims));
            }),
        case("rp-id_token-bad-at_hash", Refuse("at_hash of the id token"))
            .tampered(|t| t.id["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")),
        case("rp-id_token-missing-at_hash", Accept("- at_hash"))
            .tampered(|t| drop(t.id.as_object_mut().unwrap().remove("at_hash"))),
        case("rp-id_token-issuer-mismatch", Refuse("iss of the id token"))
            .tampered(|t| t.id["iss"] = json!("https://another.example")),
        case("rp-id_token-aud", Refuse("aud of the id token"))
            .tampered(|t| t.id["aud"] = json!("another")),
        case("rp-id_token-sub", Refuse("sub of the id token: expected a subject, got none"))
            .tampered(|t| drop(t.id.as_object_mut().unwrap().remove("sub"))),
        case("rp-id_token-iat", Refuse("iat of the id token"))
            .tampered(|t| drop(t.id.as_object_mut().unwrap().remove("iat"))),
        case("rp-id_token-kid-absent-single-jwks", Accept("ok kid a key of jwks_uri none, and one key fits"))
            .tampered(|t| t.header = json!({"alg": "RS256"})),
        case("rp-id_token-kid-absent-multiple-jwks", Refuse("kid of the id token: expected a key of jwks_uri, got none, and several keys fit"))
            .tampered(|t| t.header = json!({"alg": "RS256"}))
            .at(|server| server.answer("/jwks", |_| keys(&[SERVER.jwk("k1"), ATTACKER.jwk("k2")]))),
        case("rp-userinfo-bearer-header", Accept("# Userinfo")).at(|server| {
            // It refuses a request without the header.
            server.overrides.remove("/oauth2/userInfo");
        }),
        case("rp-userinfo-bearer-body", NotHere("the header is the method that every server takes")),
        case("rp-userinfo-bad-sub-claim", Refuse("describes another user: sub is another"))
            .at(|server| server.answer("/oauth2/userInfo", |_| Json(json!({"sub": "another"})))),
        case("rp-userinfo-sig", Accept("It was signed: signature, iss, aud and sub have been verified."))
            .at(|server| server.answer("/oauth2/userInfo", |at| signed_userinfo(at, json!(CLIENT)))),
        case("rp-userinfo-enc", NotHere("encryption is not supported")),
        case("rp-token_endpoint-client_secret_basic", Accept("client_secret_basic: client_id and secret"))
            .at(|server| server.clients.secret = Some(SECRET)),
        case("rp-token_endpoint-client_secret_post", Accept("client_secret_post: shows who asks"))
            .at(|server| {
                server.clients.secret = Some(SECRET);
                server.discovery = Box::new(|document| {
                    document["token_endpoint_auth_methods_supported"] = json!(["client_secret_post"]);
                });
            }),
        case("rp-token_endpoint-client_secret_jwt", NotHere("a secret is sent, no JWT is made with it")),
        case("rp-token_endpoint-private_key_jwt", NotHere("this client has no registered key")),
        case("rp-claims_request-id_token", NotHere("the parameter claims is not sent")),
        case("rp-claims_request-userinfo", NotHere("the parameter claims is not sent")),
        case("rp-request_uri-unsigned", NotHere("the parameter request_uri is not sent")),
        case("rp-request_uri-sig", NotHere("the parameter request_uri is not sent")),
        case("rp-request_uri-enc", NotHere("the parameter request_uri is not sent")),
        case("rp-3rd_party-init-login", NotHere("nobody but the person starts a login")),
        // Config.
        case("rp-discovery-openid-configuration", Accept(SIGNED_IN)),
        case("rp-discovery-jwks_uri-keys", Accept("ok kid a key of jwks_uri k1")),
        case("rp-discovery-issuer-not-matching-config", Refuse("names the issuer 'https://another.example'"))
            .at(|server| server.discovery = Box::new(|document| document["issuer"] = json!("https://another.example"))),
        case("rp-discovery-webfinger-url", NotHere("the person names the issuer")),
        case("rp-discovery-webfinger-acct", NotHere("the person names the issuer")),
        case("rp-discovery-webfinger-http-href", NotHere("the person names the issuer")),
        case("rp-discovery-webfinger-unknown-member", NotHere("the person names the issuer")),
        case("rp-key-rotation-op-sign-key-native", Accept("a key of jwks_uri k1"))
            .at(|server| server.key_is_new = true),
        case("rp-key-rotation-op-sign-key", Accept("a key of jwks_uri k1"))
            .at(|server| server.key_is_new = true),
        case("rp-key-rotation-op-enc-key", NotHere("encryption is not supported")),
        case("rp-key-rotation-rp-sign-key", NotHere("this client has no key")),
        case("rp-key-rotation-rp-enc-key", NotHere("this client has no key")),
        // Dynamic.
        case("rp-registration-dynamic", NotHere("a person registers this client")),
        case("rp-registration-redirect_uris", NotHere("a person registers this client")),
        case("rp-registration-uses-https-endpoints", NotHere("a person registers this client")),
        case("rp-registration-well-formed-jwk", NotHere("a person registers this client")),
    ]
}

fn keys(keys: &[Value]) -> Response {
    Json(json!({ "keys": keys })).into_response()
}

/// Userinfo as a JWT, for this audience.
fn signed_userinfo(address: &SocketAddr, aud: Value) -> Response {
    let claims = json!({"iss": format!("http://{address}/realm"), "aud": aud, "sub": "s"});
    let jwt = SERVER.sign(&json!({"alg": "RS256", "kid": "k1"}), &claims);
    ([("content-type", "application/jwt")], jwt).into_response()
}

#[test]
fn every_relying_party_test_has_its_right_end() {
    let mut applied = 0;
    for case in cases() {
        if let NotHere(why) = case.right {
            assert!(!why.is_empty(), "{}", case.name);
            continue;
        }
        applied += 1;
        let idp = Idp::provider_tampering("/realm", case.tamper).with(case.server);
        let secret = idp.state().clients.secret;
        let mut login = Program::at_provider(&idp, &["--no-browser", "--userinfo", "--explain"]);
        login
            .command
            .envs(secret.map(|secret| ("CLIENT_SECRET", secret)));
        let result = if case.name == "rp-discovery-issuer-not-matching-config" {
            login.run()
        } else {
            login.start().signed_in(&idp)
        };
        let (code, said) = match case.right {
            Accept(said) => (0, said),
            Refuse(said) | NotHere(said) => (1, said),
        };
        assert_eq!(
            result.code,
            Some(code),
            "{}: {}",
            case.name,
            result.printed()
        );
        // The width of a column depends on what is in it.
        let printed = result.printed();
        let words: Vec<&str> = printed.split_whitespace().collect();
        let printed = words.join(" ");
        assert!(
            printed.contains(said),
            "{}: no {said:?} in {printed}",
            case.name
        );
    }
    assert!(applied > 20, "{applied}");
}

#[test]
fn signed_userinfo_must_be_for_this_client_and_by_this_issuer() {
    let refused = |answer: fn(&SocketAddr) -> Response, said: &str| {
        let idp = Idp::provider("/realm").answering("/oauth2/userInfo", answer);
        let login = Program::at_provider(&idp, &["--no-browser", "--userinfo"]).start();
        let result = login.signed_in(&idp);
        result.assert_code(1).assert_says(said);
        result.assert_prints_not("# Userinfo");
    };
    refused(
        |at| signed_userinfo(at, json!("another")),
        "aud of the userinfo: expected client, got another",
    );
    refused(
        |at| signed_userinfo(at, json!([])),
        "aud of the userinfo: expected client, got []",
    );
    refused(
        |_| {
            let claims = json!({"iss": "https://another.example", "aud": CLIENT, "sub": "s"});
            let jwt = SERVER.sign(&json!({"alg": "RS256", "kid": "k1"}), &claims);
            ([("content-type", "application/jwt")], jwt).into_response()
        },
        "iss of the userinfo",
    );
    refused(
        |at| {
            let claims = json!({"iss": format!("http://{at}/realm"), "aud": CLIENT, "sub": "s"});
            let jwt = ATTACKER.sign(&json!({"alg": "RS256", "kid": "k1"}), &claims);
            ([("content-type", "application/jwt; charset=utf-8")], jwt).into_response()
        },
        "signature of the userinfo",
    );
    refused(
        |_| ([("content-type", "application/jwt")], "a.b.c.d.e").into_response(),
        "is not a signed JWT",
    );
}
