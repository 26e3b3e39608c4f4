//! `--json` has the shape that `docs/tokens.schema.json` describes.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp};
use crate::idp_clients::offer;
use crate::jwt::SERVER;
use crate::program::{Program, RunResult};
use crate::raw_http;

const SCHEMA: &str = include_str!("../../../../docs/tokens.schema.json");

/// The object that a run prints, which must be of that shape.
fn printed(idp: &Idp, args: &[&str]) -> Value {
    valid(&Program::new(idp, &[&["--json"], args].concat()).run())
}

/// What a login at a provider whose access tokens are opaque prints.
fn printed_at_provider() -> Value {
    let idp = Idp::provider_tampering("", |t| t.response = json!({"scope": "openid"}));
    let all = [
        "--json",
        "--no-browser",
        "--refresh",
        "--userinfo",
        "--logout",
    ];
    let login = Program::at_provider(&idp, &all).start();
    raw_http::get(&idp.approve(&login.address));
    valid(&login.result())
}

/// What the grants without a callback print.
fn printed_by(command: &[&str]) -> Value {
    let idp = Idp::provider("").with(|state| {
        state.discovery = |document| {
            offer(document, "device_authorization_endpoint", "/device");
        };
        state.clients.binds = true;
    });
    let (issuer, api) = (idp.issuer(), format!("{}/dev/hello", idp.url()));
    let own = ["--issuer", &issuer, "--client-id", CLIENT, "--api", &api];
    let program = Program::bare(&idp, &[command, &own, &["--json", "--dpop"]].concat());
    valid(&program.env("CLIENT_SECRET", "secret").run())
}

/// What `tokens verify` prints about a token.
fn printed_by_verify(token: &str) -> Value {
    let idp = Idp::provider("");
    let issuer = idp.issuer();
    let args = ["verify", "--issuer", &issuer, "--json"];
    valid(&Program::bare(&idp, &args).run_with_all_input(token))
}

/// The object, which must be of the shape that the schema describes.
fn valid(result: &RunResult) -> Value {
    // The validator compares numbers, which it must read as serde_json writes them.
    let object: Value = serde_json::from_str(&result.stdout).unwrap();
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let errors: Vec<String> = validator
        .iter_errors(&object)
        .map(|error| format!("{}: {error}", error.instance_path))
        .collect();
    assert!(errors.is_empty(), "{errors:#?} in {}", result.stdout);
    object
}

#[test]
fn every_outcome_has_the_shape_of_the_schema() {
    let forged = Idp::tampering(|f| f.id["nonce"] = json!("other"));
    let refusing = Idp::honest().with(|state| {
        state
            .overrides
            .insert("/dev/hello", |_| StatusCode::FORBIDDEN.into_response());
        state
            .overrides
            .insert("/oauth2/userInfo", |_| "".into_response());
        state
            .overrides
            .insert("/oauth2/revoke", |_| StatusCode::NOT_FOUND.into_response());
    });
    let rotating = Idp::honest().with(|state| state.rotates = true);
    let all = ["--headless", "--refresh", "--userinfo", "--logout"];
    let objects = [
        printed(&rotating, &all),
        printed(&refusing, &all),
        printed(&forged, &["--headless"]),
        printed(&Idp::honest(), &["--scopes", "nobody"]),
        printed(
            &Idp::honest(),
            &["--headless", "--scopes", "HelloAPI/hello.read"],
        ),
        printed(&Idp::honest(), &["--no-browser", "--timeout", "1"]),
        printed_at_provider(),
        printed_by(&["device"]),
        printed_by(&["client-credentials"]),
        printed_by_verify(&SERVER.sign(&json!({"alg": "RS256", "kid": "k1"}), &json!({}))),
        printed_by_verify("opaque"),
    ];
    // What the schema describes is there: no member of it is made up.
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let described = schema["properties"].as_object().unwrap().keys();
    let seen = objects
        .iter()
        .flat_map(|object| object.as_object().unwrap().keys());
    let (described, seen): (BTreeSet<_>, BTreeSet<_>) = (described.collect(), seen.collect());
    assert_eq!(described, seen);
}
