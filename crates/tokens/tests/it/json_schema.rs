//! `--json` has the shape that `docs/tokens.schema.json` describes, and in the
//! lab that of `docs/lab.schema.json`.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::idp::{CLIENT, Idp};
use crate::idp_clients::offer;
use crate::jwt::SERVER;
use crate::program::{Program, RunResult};

const SCHEMA: &str = include_str!("../../../../docs/tokens.schema.json");

const LAB_SCHEMA: &str = include_str!("../../../../docs/lab.schema.json");

/// The object that a login prints, which must be of its shape.
fn printed(idp: &Idp, args: &[&str]) -> Value {
    let program = Program::new(idp, &[&["--json"], args].concat());
    in_shape(&program.run(), SCHEMA)
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
    in_shape(&login.signed_in(&idp), SCHEMA)
}

/// What the grants without a callback print.
fn printed_by(command: &[&str]) -> Value {
    let idp = Idp::provider("")
        .with_discovery(|document| offer(document, "device_authorization_endpoint", "/device"))
        .with(|state| state.clients.binds = true);
    let (issuer, api) = (idp.issuer(), format!("{}/dev/hello", idp.url()));
    let own = ["--issuer", &issuer, "--client-id", CLIENT, "--api", &api];
    let program = Program::bare(&idp, &[command, &own, &["--json", "--dpop"]].concat());
    in_shape(&program.env("CLIENT_SECRET", "secret").run(), SCHEMA)
}

/// What `tokens verify` prints about a token.
fn printed_by_verify(token: &str) -> Value {
    let idp = Idp::provider("");
    let issuer = idp.issuer();
    let args = ["verify", "--issuer", &issuer, "--json"];
    let result = Program::bare(&idp, &args).run_with_all_input(token);
    in_shape(&result, SCHEMA)
}

/// The object that a run of the lab prints, which must be of its shape.
fn printed_by_lab(idp: &Idp, args: &[&str]) -> Value {
    let program = Program::new(idp, &[&["lab", "--json"], args].concat());
    in_shape(&program.run(), LAB_SCHEMA)
}

/// The object, which must be of the shape that the schema describes.
fn in_shape(result: &RunResult, schema: &str) -> Value {
    // The validator compares numbers, which it must read as serde_json writes them.
    let object = result.json();
    let schema: Value = serde_json::from_str(schema).unwrap();
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
    let refusing = Idp::honest()
        .answering("/dev/hello", |_| StatusCode::FORBIDDEN)
        .answering("/oauth2/userInfo", |_| "")
        .answering("/oauth2/revoke", |_| StatusCode::NOT_FOUND);
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
    has_every_member(SCHEMA, &objects);
}

/// What the schema describes is there: no member of it is made up.
fn has_every_member(schema: &str, objects: &[Value]) {
    let schema: Value = serde_json::from_str(schema).unwrap();
    let described = schema["properties"].as_object().unwrap().keys();
    let seen = objects
        .iter()
        .flat_map(|object| object.as_object().unwrap().keys());
    let (described, seen): (BTreeSet<_>, BTreeSet<_>) = (described.collect(), seen.collect());
    assert_eq!(described, seen);
}

#[test]
fn every_outcome_of_the_lab_has_the_shape_of_its_schema() {
    let refusing = Idp::honest().answering("/dev/hello", |_| StatusCode::UNAUTHORIZED);
    let ignoring = Idp::honest().with(|state| state.ignores_verifier = true);
    let objects = [
        printed_by_lab(&Idp::honest(), &["--headless"]),
        printed_by_lab(&ignoring, &["--headless", "pkce-removed", "no-token"]),
        printed_by_lab(&refusing, &["--headless", "no-token", "id-token"]),
        printed_by_lab(&Idp::honest(), &["bogus"]),
    ];
    has_every_member(LAB_SCHEMA, &objects);
    let seen = |member: &str, value: &str| {
        let all = objects.iter().flat_map(|o| o["experiments"].as_array());
        all.flatten().any(|one| one[member] == value)
    };
    for verdict in ["PASS", "NOT SHOWN", "FAIL", "NOT RUN"] {
        assert!(seen("verdict", verdict), "{verdict}");
    }
}

/// A script reads stdout, whatever went wrong, and when.
#[test]
fn errors_in_flags_and_settings_are_objects_too() {
    let idp = Idp::honest();
    let object = |args: &[&str], settings: &str, schema: &str, said: &str| {
        let mut program = Program::new(&idp, args);
        std::fs::write(program.dir.path().join(".env"), settings).unwrap();
        let result = program.run_and_keep();
        result.assert_code(2).assert_says(said);
        let error = in_shape(&result, schema)["error"].clone();
        assert_eq!(error["code"], "usage", "{error}");
        assert!(error["hint"].is_string(), "{error}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(said), "{message}");
    };
    let flag = "unexpected argument '--bogus' found";
    object(&["--json", "--bogus"], "", SCHEMA, flag);
    object(&["lab", "--json", "--bogus"], "", LAB_SCHEMA, flag);
    let unusable = "this is no setting";
    let said = settings_error(&idp, unusable);
    object(&["--json"], unusable, SCHEMA, &said);
    object(&["lab", "--json"], unusable, LAB_SCHEMA, &said);
    // For a person, stdout stays empty.
    let result = Program::new(&idp, &["--bogus"]).run();
    assert_eq!((result.code, &*result.stdout), (Some(2), ""));
    let help = Program::new(&idp, &["--json", "--help"]).run();
    assert!(help.stdout.starts_with("Sign in from"), "{}", help.stdout);
    assert!(idp.state().calls.is_empty());
}

/// What is said about settings that cannot be read.
fn settings_error(idp: &Idp, settings: &str) -> String {
    let mut program = Program::new(idp, &["--headless"]);
    std::fs::write(program.dir.path().join(".env"), settings).unwrap();
    let said = program.run_and_keep().stderr;
    let line = said.lines().next().unwrap();
    line.strip_prefix("error: ").unwrap().to_owned()
}
