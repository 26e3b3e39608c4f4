//! Every experiment of `tokens lab` against the local cloud: who refuses and
//! why, not only that it is refused.

use crate::{port_8083, with_stack};

/// Name, who refuses, and the part of the answer that shows the reason.
#[rustfmt::skip] // one line each
const EXPECTED: [(&str, &str, &str); 19] = [
    ("no-token", "the gateway", "401 Unauthorized"),
    ("no-scope", "the gateway", "403 Forbidden"),
    ("id-token", "the gateway", "403 Forbidden"),
    ("changed-payload", "the gateway", "401 Unauthorized"),
    ("alg-none", "the gateway", "401 Unauthorized"),
    ("hs256-public-key", "the gateway", "401 Unauthorized"),
    ("other-key", "the gateway", "401 Unauthorized"),
    ("expired", "this client", "exp of the access token: expected in the future, got 2 min ago"),
    ("other-issuer", "this client", "iss of the id token: expected https://cognito-idp."),
    ("other-audience", "this client", "got another-client"),
    ("nonce-swapped", "this client", "nonce of the id token: expected "),
    ("forged-callback", "this client", "400 Bad Request, and the listener keeps waiting"),
    ("code-twice", "the sign-in server", "invalid_grant"),
    ("wrong-verifier", "the sign-in server", "invalid_grant: PKCE verification failed."),
    ("no-verifier", "the sign-in server", "invalid_grant: code_verifier is required."),
    ("other-redirect", "the sign-in server", "redirect_uri is not allowed"),
    ("other-scope", "the sign-in server", "invalid_scope"),
    ("other-client", "the sign-in server", "invalid_grant: client_id mismatch."),
    ("revoked-refresh-token", "the sign-in server", "invalid_grant: Invalid refresh token."),
];

#[test]
fn every_attack_is_refused_by_the_right_one_for_the_right_reason() {
    let _port = port_8083();
    let env = with_stack();
    let result = env.run("tokens", &["lab", "--headless"]).code(0);
    let blocks: Vec<&str> = result.stdout.split("\n\n").collect();
    for (name, who, reason) in EXPECTED {
        let block = blocks.iter().find(|block| {
            block
                .lines()
                .next()
                .is_some_and(|line| line.ends_with(&format!("/20 {name}")))
        });
        let block = block.unwrap_or_else(|| panic!("no {name} in {}", result.stdout));
        assert!(block.contains(&format!("\nRefused: by {who}\n")), "{block}");
        let answer = &block[block.find("\nAnswer:").expect("an answer")
            ..block.find("\nRefused:").expect("who refused")];
        assert!(answer.contains(reason), "no {reason:?} in {block}");
        assert!(block.ends_with("\nPASS"), "{block}");
    }
    // The local cloud does not enforce the rule behind the twentieth.
    let result = result.stdout_has(
        "NOT SHOWN: this cloud checks the password although the client has no password flow",
    );
    result.stdout_has("20 experiments: 19 PASS, 1 NOT SHOWN, 0 FAIL");
}
