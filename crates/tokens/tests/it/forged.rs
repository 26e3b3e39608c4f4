//! One forgery per case: the right check detects it, and the API is not called.

use serde_json::json;

use crate::idp::{Idp, UnsignedTokens};
use crate::jwt::{ATTACKER, SERVER, unsigned};
use crate::program::Program;
use crate::raw_http;

/// Signs in with a browser at a server that forges tokens. Exactly the checks
/// in `failing` must fail, and be named in the terminal and in the browser.
fn refused(failing: &[&str], tamper: impl Fn(&mut UnsignedTokens) + Send + 'static) {
    let idp = Idp::tampering(tamper);
    let login = Program::new(&idp, &["--no-browser"]).start();
    let page = raw_http::get(&idp.approve(&login.address));
    let result = login.result();
    result.assert_code(1);
    assert_eq!(failed_rows(&result.stdout), failing, "{}", result.stdout);
    for check in failing {
        let (token, name) = check.split_once(' ').unwrap();
        let named = format!("{name} of the {token} token: expected ");
        result.assert_says(&named);
        assert!(page.body.contains(&named), "{}", page.body);
    }
    result.assert_says("hint: the API was not called");
    let failed = page.body.contains("<h1>Sign-in failed</h1>");
    assert!(failed, "{}", page.body);
    result.assert_prints_not("# Request and response");
    assert_eq!((idp.count("/oauth2/token"), idp.api_calls()), (1, 0));
}

/// The rows that say FAIL, as token and check. Each token's rows stand under its
/// name.
fn failed_rows(stdout: &str) -> Vec<String> {
    let mut token = "";
    let mut failed = Vec::new();
    for line in stdout.lines() {
        if let Some(name) = ["id", "access", "both"].into_iter().find(|name| {
            line.strip_prefix(name)
                .is_some_and(|rest| rest.starts_with(" token"))
        }) {
            token = name;
        } else if let Some(row) = line.strip_prefix("FAIL ") {
            let check = row.split_whitespace().next().expect("a check");
            failed.push(format!("{token} {check}"));
        }
    }
    failed
}

const FAR_FUTURE: u64 = 4_000_000_000;

#[test]
fn id_token_signed_by_another_key_under_the_same_kid() {
    refused(&["id signature"], |f| {
        f.sign_id = |header, claims| ATTACKER.sign(header, claims)
    });
}

#[test]
fn access_token_signed_by_another_key_under_the_same_kid() {
    refused(&["access signature"], |f| {
        f.sign_access = |header, claims| ATTACKER.sign(header, claims)
    });
}

#[test]
fn payload_changed_after_signing() {
    refused(&["id signature"], |f| {
        f.sign_id = |header, claims| {
            let signed = SERVER.sign(header, claims);
            let mut changed = claims.clone();
            changed["email"] = json!("admin@example.com");
            format!(
                "{}.{}",
                unsigned(header, &changed),
                signed.rsplit('.').next().unwrap()
            )
        };
    });
}

#[test]
fn alg_none() {
    refused(&["id alg", "id signature"], |f| {
        f.sign_id = |_, claims| {
            format!(
                "{}.",
                unsigned(&json!({"alg": "none", "kid": "k1"}), claims)
            )
        };
    });
}

#[test]
fn hs256_with_the_public_key_as_its_secret() {
    refused(&["id alg", "id signature"], |f| {
        f.sign_id =
            |_, claims| SERVER.hmac_with_public_key(&json!({"alg": "HS256", "kid": "k1"}), claims);
    });
}

#[test]
fn another_algorithm_than_the_pinned_one() {
    refused(&["access alg", "access signature"], |f| {
        f.sign_access = |_, claims| SERVER.sign(&json!({"alg": "PS256", "kid": "k1"}), claims);
    });
}

#[test]
fn unknown_kid() {
    refused(&["id kid", "id signature"], |f| {
        f.sign_id = |_, claims| ATTACKER.sign(&json!({"alg": "RS256", "kid": "k9"}), claims);
    });
}

#[test]
fn a_key_that_the_token_brings_along() {
    refused(&["id kid", "id signature"], |f| {
        f.sign_id = |_, claims| {
            let header = json!({"alg": "RS256", "kid": "mine", "jwk": ATTACKER.jwk("mine")});
            ATTACKER.sign(&header, claims)
        };
    });
}

#[test]
fn issuer_of_the_id_token() {
    refused(&["id iss"], |f| {
        f.id["iss"] = json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other")
    });
}

#[test]
fn issuer_of_the_access_token() {
    refused(&["access iss"], |f| {
        f.access["iss"] = json!("https://cognito-idp.us-east-1.amazonaws.com/us-east-1_other")
    });
}

#[test]
fn audience_of_another_client() {
    refused(&["id aud"], |f| f.id["aud"] = json!("another"));
}

#[test]
fn audience_of_several_clients() {
    refused(&["id aud"], |f| f.id["aud"] = json!(["client", "another"]));
}

#[test]
fn authorized_party_is_another_client() {
    refused(&["id aud"], |f| f.id["azp"] = json!("another"));
}

#[test]
fn client_id_of_another_client() {
    refused(&["access client_id"], |f| {
        f.access["client_id"] = json!("another")
    });
}

#[test]
fn an_access_token_as_id_token() {
    refused(&["id token_use"], |f| f.id["token_use"] = json!("access"));
}

#[test]
fn an_id_token_as_access_token() {
    refused(&["access token_use"], |f| {
        f.access["token_use"] = json!("id")
    });
}

#[test]
fn nonce_of_another_login() {
    refused(&["id nonce"], |f| f.id["nonce"] = json!("of-another-login"));
}

#[test]
fn nonce_missing() {
    refused(&["id nonce"], |f| {
        f.id.as_object_mut().unwrap().remove("nonce");
    });
}

#[test]
fn at_hash_of_another_access_token() {
    refused(&["id at_hash"], |f| {
        f.id["at_hash"] = json!("AAAAAAAAAAAAAAAAAAAAAA")
    });
}

#[test]
fn expired_id_token() {
    refused(&["id exp"], |f| f.id["exp"] = json!(1_700_000_000));
}

#[test]
fn expired_access_token() {
    refused(&["access exp"], |f| f.access["exp"] = json!(1_700_000_000));
}

#[test]
fn not_valid_yet() {
    refused(&["access nbf"], |f| f.access["nbf"] = json!(FAR_FUTURE));
}

#[test]
fn issued_in_the_future() {
    refused(&["id iat"], |f| f.id["iat"] = json!(FAR_FUTURE));
}

#[test]
fn signed_in_in_the_future() {
    refused(&["access auth_time"], |f| {
        f.access["auth_time"] = json!(FAR_FUTURE)
    });
}

#[test]
fn another_person_in_the_access_token() {
    refused(&["both sub"], |f| f.access["sub"] = json!("somebody-else"));
}

#[test]
fn optional_claims_of_another_type() {
    refused(&["id at_hash"], |f| f.id["at_hash"] = json!(5));
    refused(&["id aud"], |f| f.id["azp"] = json!(5));
    refused(&["id nonce"], |f| f.id["nonce"] = json!(12345));
    refused(&["id aud"], |f| f.id["aud"] = json!(["client", {"a": 1}]));
}

#[test]
fn expiry_beyond_all_time() {
    for exp in ["9223372036854775808", "1e300"] {
        refused(&["id exp"], move |f| {
            f.id["exp"] = serde_json::from_str(exp).unwrap();
        });
    }
}

/// RFC 6749 section 3.3 allows it; the table says so.
#[test]
fn more_scope_than_was_asked_for_is_a_note() {
    let idp = Idp::tampering(|f| f.access["scope"] = json!("openid HelloAPI/hello.write"));
    let result = Program::new(&idp, &["--headless"]).run();
    result.assert_code(0);
    let mut lines = result.stdout.lines();
    let noted = lines.any(|line| line.starts_with("note") && line.contains(" scope "));
    assert!(noted, "{}", result.stdout);
}
