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
            div.wide tabindex="0" role="region" aria-labelledby="checks" {
                table {
                    thead { tr { th { "verdict" } th { "token" } th { "check" } th { "expected" } th { "got" } th { "rule" } } }
                    tbody { @for check in checks { (row(check)) } }
                }
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
            td class=(class) { strong { (word) } }
            td { (check.token) }
            td { (check.check) }
            td.mono { (check.expected) }
            td.mono { (check.actual) }
            td { (linked(check.rule)) }
        }
    }
}

/// Request and response; the token is not repeated.
pub(super) fn api_call(call: &ApiCall) -> Markup {
    html! {
        section {
            h2 { "The API" }
            p { "The gateway verified the same access token by itself: signature, issuer, expiry, audience, and whether it has one of the route's scopes." }
            pre { (call.curl_style_without_token()) }
        }
    }
}
