//! The token checks, and the API's request and response.

use maud::{Markup, html};

use super::links::linked;
use crate::api::ApiCall;
use crate::jwt::check::{Check, Verdict};

/// All checks, each with the rule that it comes from.
pub(super) fn section(checks: &[Check]) -> Markup {
    html! {
        section {
            h2 id="checks" { "The checks" }
            p.dim { "This client verifies the tokens before it uses them. If one check fails, it does not call the API." }
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

/// Request and response, without the token, and why the API refused, if it did.
pub(super) fn api_call(call: &ApiCall) -> Markup {
    html! {
        section {
            h2 { "The API" }
            p { "The gateway verifies the access token by itself: signature, issuer, expiry, client, and whether it has one of the route's scopes." }
            pre { (call.curl_style_without_token()) }
            @if !call.refusal.is_empty() {
                h3 { "Why it was refused" }
                @for line in &call.refusal { p { (linked(line)) } }
            }
        }
    }
}
