//! The token checks, and the API's request and response.

use maud::{Markup, html};

use super::links::linked;
use crate::api::ApiCall;
use crate::jwt::check::{Check, Verdict};
use crate::oauth::token_set::CheckedTokens;

/// All checks, each with the rule that it comes from.
pub(super) fn section(checks: &[Check]) -> Markup {
    html! {
        section {
            h2 id="checks" { "The checks" }
            p { "A token is only a text that anybody could have written, so this program checks it before it believes it. If one check fails, it does not call the API." }
            table.checks {
                thead { tr { th { "verdict" } th { "token" } th { "check" } th { "expected" } th { "got" } th { "rule" } } }
                tbody { @for check in checks { (row(check)) } }
            }
        }
    }
}

fn row(check: &Check) -> Markup {
    let (class, word) = match check.verdict {
        Verdict::Ok => ("ok", "ok"),
        Verdict::Absent => ("dim", "not present"),
        Verdict::Note => ("dim", "note"),
        Verdict::Fail => ("fail", "FAILED"),
    };
    html! {
        tr {
            td class=(class) data-head="verdict" { strong { (word) } }
            td data-head="token" { (check.token) }
            td data-head="check" { (check.check) }
            td.mono data-head="expected" { (check.expected) }
            td.mono data-head="got" { (check.actual) }
            td data-head="rule" { (linked(check.rule)) }
        }
    }
}

/// Request and response, without the token, and why the API took or refused it.
pub(super) fn api_call(call: &ApiCall, login: Option<&CheckedTokens>) -> Markup {
    let granted = login.map_or_else(Vec::new, |login| login.tokens.access.scopes());
    html! {
        section {
            h2 { "The API" }
            p { "The API did not ask Cognito about you: it trusts the signature on the access token." }
            p {
                "Its gateway checks the token with the issuer's public keys, from the same jwks_uri: signature, issuer, expiry, and that it was issued to the right client_id. Then it asks for "
                @if call.scopes.is_empty() { "no scope" } @else { "one of the scopes " (scopes(&call.scopes)) }
                "; this token has " (scopes(&granted)) "."
            }
            p.without { strong { "Without it: " } "anybody could write a token and be let in (lab: changed-payload, alg-none, other-key)." }
            p.dim {
                "Cognito's access token has no aud: client_id says to whom it was issued, not for which API. So another API that trusts the same client accepts the same token. " (linked("RFC 8707")) " mends that: since October 2025 Cognito can bind a token to a resource."
            }
            pre { (call.curl_style_without_token()) }
            @if !call.refusal.is_empty() {
                h3 { "Why it was refused" }
                @for line in &call.refusal { p { (linked(line)) } }
            }
        }
    }
}

fn scopes(names: &[impl AsRef<str>]) -> Markup {
    html! {
        @if names.is_empty() { "none" }
        @for (number, name) in names.iter().enumerate() {
            @if number > 0 { ", " }
            code { (name.as_ref()) }
        }
    }
}
