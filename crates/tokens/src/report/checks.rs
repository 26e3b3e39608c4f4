//! The token checks, and the API's request and response.

use maud::{Markup, html};

use super::links::linked;
use super::steps::without;
use crate::api::{self, ApiCall};
use crate::jwt::check::{Check, Verdict};
use crate::transcript::field::lab_command;
use crate::transcript::step::Step;

/// All checks, each with the rule that it comes from.
pub(super) fn section(checks: &[Check], steps: &[Step]) -> Markup {
    // The step that says what each check is for.
    let step = steps.iter().rposition(|step| step.has("exp"));
    html! {
        section {
            h2 id="checks" { "The checks" }
            p { "A token is only a text that anybody could have written, so this program checks it before it believes it. If one check fails, it does not call the API." }
            @if let Some(index) = step {
                @let id = format!("step-{}", index + 1);
                p { "What each check is for, and what an attacker could do without it, is said in " a href={ "#" (id) } { "step " (index + 1) } "." }
            }
            (table(checks))
        }
    }
}

/// The checks, one a row.
pub(super) fn table(checks: &[Check]) -> Markup {
    html! {
        table.checks {
            thead { tr { th { "verdict" } th { "token" } th { "check" } th { "expected" } th { "got" } th { "rule" } } }
            tbody { @for check in checks { (row(check)) } }
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
pub(super) fn api_call(call: &ApiCall) -> Markup {
    html! {
        section {
            h2 { "The API" }
            @for line in &call.trust { p { (linked(line)) } }
            @if call.of_stack {
                (without(api::FORGED))
                p.dim {
                    "Cognito's access token has no aud: client_id says to whom it was issued, not for which API. So another API that trusts the same client accepts the same token. " (linked("RFC 8707")) " mends that: since October 2025 Cognito can bind a token to a resource. Try it: " code { (lab_command(&["other-api"])) }
                }
            }
            pre { (call.curl_style_without_token()) }
            @if !call.refusal.is_empty() {
                h3 { "Why it was refused" }
                @for line in &call.refusal { p { (linked(line)) } }
            }
        }
    }
}
