//! Whatever a file, a server or a browser says: the program does not panic, and
//! believes nothing that it should not.

use std::time::Duration;

use common::{Settings, State};
use http_client::hosts::secure_url;
use proptest::prelude::*;
use serde_json::{Map, Value, json};

use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::http::response::Response;
use crate::jwt::access_token::AccessToken;
use crate::jwt::check;
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::{Binding, Expectations};
use crate::jwt::jwks::JwkSet;
use crate::jwt::rules;
use crate::jwt::sign::SigningKey;
use crate::jwt::verify;
use crate::oauth::authorization_response::{AuthorizationResponse, ExpectedResponse};
use crate::oauth::discovery::Provider;
use crate::oauth::token_response::TokenResponse;
use crate::{config, signin};

const ISSUER: &str = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdef";
const STATE: &str = "the-state-of-this-login";
const NOW: i64 = 1_800_000_000;

/// Numbers that programs stumble over; with as many digits as there are.
const NUMBERS: &[&str] = &["0", "-1", "1.5", "1e300", "-1e400", "9223372036854775808"];

/// Any JSON, not very deep.
fn any_json() -> impl Strategy<Value = Value> {
    let number = prop::sample::select(NUMBERS);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        number.prop_map(|digits| serde_json::from_str(digits).expect("a number")),
        any::<String>().prop_map(Value::from),
        "[ -~]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let member = ("[a-z]{0,6}", inner.clone());
        prop_oneof![
            prop::collection::vec(inner, 0..4).prop_map(Value::from),
            prop::collection::vec(member, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// The object with one of its members replaced by anything, or taken out; and
/// the member's name.
fn broken(object: Value) -> impl Strategy<Value = (String, Value)> {
    let object: Map<String, Value> = serde_json::from_value(object).expect("an object");
    let names: Vec<String> = object.keys().cloned().collect();
    let name = prop::sample::select(names);
    (name, prop::option::of(any_json())).prop_map(move |(name, value)| {
        let mut changed = object.clone();
        match value {
            Some(value) => changed.insert(name.clone(), value),
            None => changed.remove(&name),
        };
        (name, Value::Object(changed))
    })
}

fn answer(status: u16, body: &Value) -> Response {
    Response::of_tests(status, None, &body.to_string())
}

/// What `create` records, as far as a login needs it.
fn state_file() -> Value {
    json!({
        "region": "us-east-1",
        "user_pool_jwt_issuer_url": ISSUER,
        "user_pool_username": "Testuser",
        "api_name": "HelloAPI",
        "api_route_path": "/hello",
        "api_route_method": "GET",
        "api_scopes": [["hello.read", "reading"]],
        "terminal_app_callback_urls": ["http://localhost:8083/callback"],
        "terminal_app_scopes": ["openid", "HelloAPI/hello.read"],
        "user_pool_resource_server_id": "HelloAPI",
        "terminal_app_client_id": "client",
        "api_url": "https://a.execute-api.us-east-1.amazonaws.com/dev/hello",
    })
}

fn settings(dir: &tempfile::TempDir, state: &str) -> Settings {
    let path = dir.path().join("state.json");
    std::fs::write(&path, state).expect("a file");
    Settings {
        region: None,
        endpoint_url: None,
        password: None,
        client_secret: None,
        domain_prefix: None,
        sign_up: None,
        name_suffix: String::new(),
        lambda_zip: "bootstrap.zip".into(),
        state_file: path,
        settle: Duration::from_secs(1),
        browser: None,
        explain: false,
    }
}

/// The client of a stack.
fn client() -> ClientConfig {
    let dir = tempfile::tempdir().expect("a folder");
    config::of_stack(&settings(&dir, &state_file().to_string())).expect("a client")
}

fn discovery_document() -> Value {
    json!({
        "issuer": ISSUER,
        "authorization_endpoint": "https://a.auth.us-east-1.amazoncognito.com/oauth2/authorize",
        "token_endpoint": "https://a.auth.us-east-1.amazoncognito.com/oauth2/token",
        "jwks_uri": "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_abcdef/jwks.json",
        "userinfo_endpoint": "https://a.auth.us-east-1.amazoncognito.com/oauth2/userInfo",
        "revocation_endpoint": "https://a.auth.us-east-1.amazoncognito.com/oauth2/revoke",
        "end_session_endpoint": "https://a.auth.us-east-1.amazoncognito.com/logout",
        "authorization_response_iss_parameter_supported": true,
    })
}

fn expected() -> ExpectedResponse {
    ExpectedResponse {
        state: STATE.to_owned(),
        issuer: ISSUER.to_owned(),
        must_have_iss: false,
    }
}

fn redirect_uri() -> RedirectUri {
    RedirectUri::parse("http://localhost:8083/callback").expect("an address")
}

fn claims(token_use: &str) -> Value {
    json!({
        "sub": "s", "iss": ISSUER, "iat": NOW, "auth_time": NOW, "exp": NOW + 3600,
        "token_use": token_use, "aud": "client", "client_id": "client", "nonce": "n",
        "scope": "openid", "at_hash": "x", "azp": "client", "nbf": NOW,
    })
}

/// A token with these claims.
fn signed(claims: &Value) -> String {
    let header = json!({"alg": "RS256", "kid": "k1"});
    SigningKey::of_tests()
        .sign(&header, claims)
        .expect("a signature")
}

/// The names of the checks that an id and an access token with these claims fail.
fn failing(id: &Value, access: &Value) -> Vec<&'static str> {
    let keys =
        JwkSet::from_json(SigningKey::of_tests().jwks(&["k1"]), &rules::COGNITO).expect("keys");
    let id = Jwt::decode_unverified(&signed(id)).expect("a JWT");
    let access = AccessToken::decode_unverified(&signed(access), None, &rules::COGNITO);
    let expect = Expectations {
        rules: &rules::COGNITO,
        issuer: ISSUER,
        client_id: "client",
        nonce: Some("n"),
        refreshed: false,
        scopes: &["openid".to_owned()],
        max_age: None,
        binding: Binding::default(),
        now: NOW,
    };
    let checks = verify::check(Some(&id), &access, &keys, &expect);
    check::failed(&checks)
        .iter()
        .map(|check| check.check)
        .collect()
}

proptest! {
    #[test]
    fn state_json(whole in any_json(), (_, part) in broken(state_file())) {
        let dir = tempfile::tempdir().expect("a folder");
        for state in [whole, part] {
            let settings = settings(&dir, &state.to_string());
            if let Ok(config) = config::of_stack(&settings) {
                for uri in config.redirect_uris {
                    let addresses = uri.socket_addresses();
                    prop_assert!(addresses.iter().all(|address| address.ip().is_loopback()));
                }
            }
            let _ = State::load(&settings.state_file);
            let kept = std::fs::read_to_string(&settings.state_file).expect("the file");
            prop_assert_eq!(kept, state.to_string(), "reading changes nothing");
        }
    }

    #[test]
    fn a_discovery_document(whole in any_json(), (_, part) in broken(discovery_document())) {
        let config = client();
        for document in [whole, part] {
            let Ok(provider) = Provider::read(&config, &answer(200, &document)) else {
                continue;
            };
            prop_assert_eq!(&provider.issuer, ISSUER);
            let page = provider.authorization_endpoint().ok().cloned();
            let optional = [page, provider.userinfo_endpoint, provider.revocation_endpoint, provider.end_session_endpoint];
            let endpoints = [provider.token_endpoint, provider.jwks_uri];
            for url in endpoints.into_iter().chain(optional.into_iter().flatten()) {
                prop_assert!(secure_url("endpoint", url.as_str()).is_ok(), "{url}");
            }
        }
    }

    #[test]
    fn a_callback(
        pairs in prop::collection::vec(("(state|code|error|iss|error_description|[a-z]{0,4})", any::<String>()), 0..6),
        has_our_state in any::<bool>(),
    ) {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        if has_our_state {
            query.append_pair("state", STATE);
        }
        query.extend_pairs(&pairs);
        if let Ok(response) = expected().parse_query(&query.finish()) {
            let named = |name| pairs.iter().filter(move |pair| pair.0 == name).count();
            prop_assert!(has_our_state && named("state") == 0, "the state is ours, once");
            prop_assert!(pairs.iter().all(|(name, value)| name != "iss" || value == ISSUER));
            let (codes, errors) = match response {
                AuthorizationResponse::Code(_) => (1, 0),
                AuthorizationResponse::Error { .. } => (0, 1),
            };
            prop_assert_eq!((named("code"), named("error")), (codes, errors));
        }
    }

    #[test]
    fn an_address_that_is_pasted(line in any::<String>(), start in "(|http://localhost:8083/callback|localhost:8083/callback|\\?code=c&state=|https?://[a-z.:/@]{0,20})") {
        let address = signin::paste::address_in(&format!("{start}{line}"), &redirect_uri());
        if expected().parse_url(&redirect_uri(), &address).is_ok() {
            prop_assert!(address.contains(STATE));
        }
    }

    #[test]
    fn the_answer_of_the_token_endpoint(
        status in prop::sample::select(vec![200_u16, 201, 302, 400, 401, 500]),
        whole in any_json(),
        (_, part) in broken(json!({"access_token": "a", "id_token": "i", "refresh_token": "r", "token_type": "Bearer", "expires_in": 3600, "scope": "openid"})),
        (_, refusal) in broken(json!({"error": "invalid_grant", "error_description": "no"})),
    ) {
        let config = client();
        for body in [whole, part, refusal] {
            if let Ok(tokens) = TokenResponse::read(&answer(status, &body), &config) {
                prop_assert!((200..300).contains(&status));
                prop_assert!(tokens.token_type.eq_ignore_ascii_case("bearer"));
                prop_assert_eq!(body["access_token"].as_str(), Some(&*tokens.access_token));
            }
        }
    }

    #[test]
    fn a_set_of_keys(whole in any_json(), n in any_json(), (broken_name, key) in broken(json!({"kty": "RSA", "kid": "k1", "use": "sig", "alg": "RS256", "n": "AQAB", "e": "AQAB"}))) {
        let token = Jwt::decode_unverified(&signed(&claims("id"))).expect("a JWT");
        let other = json!({"kty": "RSA", "kid": "k1", "n": n, "e": "AQAB"});
        for set in [whole, json!({"keys": [key, other]})] {
            if let Ok(keys) = JwkSet::from_json(set, &rules::COGNITO) {
                prop_assert!(!keys.verify_signature(&token), "{broken_name}");
            }
        }
    }

    #[test]
    fn a_token(raw in "[A-Za-z0-9_.-]{0,40}|\\PC{0,20}", header in any_json(), payload in any_json()) {
        for raw in [raw, crate::jwt::sign::unsigned(&header, &payload)] {
            if let Some(jwt) = Jwt::decode_unverified(&raw) {
                for name in ["exp", "iat", "auth_time", "nbf"] {
                    let _ = jwt.time(name);
                }
                let _ = (jwt.text("sub"), jwt.scopes());
            }
        }
    }

    #[test]
    fn claims_that_are_not_as_they_should_be(
        (id_name, id) in broken(claims("id")),
        (access_name, access) in broken(claims("access")),
    ) {
        for (name, must_fail, good, failing) in [
            (&id_name, ["iss", "aud", "token_use", "nonce", "exp", "iat", "sub"].as_slice(), holds("id", &id_name, &id), failing(&id, &claims("access"))),
            (&access_name, &["iss", "client_id", "token_use", "exp", "iat", "sub"], holds("access", &access_name, &access), failing(&claims("id"), &access)),
        ] {
            if !good && must_fail.contains(&&**name) {
                prop_assert!(failing.contains(&&**name), "{name}: {failing:?}");
            }
        }
    }
}

/// Whether the claim of this name is right, or is a time that holds.
fn holds(token_use: &str, name: &str, changed: &Value) -> bool {
    let now = NOW as f64;
    let seconds = changed[name].as_f64();
    match name {
        "exp" => seconds.is_some_and(|time| time > now - 60.0 && time < 1e12),
        "iat" => seconds.is_some_and(|time| time < now + 61.0 && time > -1e12),
        _ => changed[name] == claims(token_use)[name],
    }
}
