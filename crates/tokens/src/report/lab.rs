//! The lab's page: every experiment, who refused it, and by which rule.

use maud::{Markup, html};

use super::links::linked;

/// The result of one experiment.
pub(crate) struct LabRow {
    /// Its name.
    pub name: &'static str,
    /// What was tried.
    pub what: &'static str,
    /// Who must refuse it.
    pub refused_by: &'static str,
    /// The rule that forbids it.
    pub rule: &'static str,
    /// `PASS`, `NOT SHOWN` or `FAIL`.
    pub verdict: &'static str,
    /// Why, if it is not `PASS`.
    pub why: String,
    /// What was sent, and what was changed in it.
    pub request: String,
    /// What came back.
    pub answer: String,
}

/// The whole page.
pub(crate) fn page(results: &[LabRow]) -> String {
    let count = |verdict: &str| results.iter().filter(|row| row.verdict == verdict).count();
    let (passed, failed) = (count("PASS"), count("FAIL"));
    let body = html! {
        main {
            header.good[failed == 0] {
                h1 { (passed) " of " (results.len()) " attacks were refused, each by the right one" }
                ul.facts {
                    li { (passed) " PASS" }
                    li { (count("NOT SHOWN")) " NOT SHOWN" }
                    li { (failed) " FAIL" }
                }
                p.hint { "NOT SHOWN: this cloud cannot show it, so it does not count as passed." }
            }
            section {
                h2 id="results" { "At a glance" }
                div.wide tabindex="0" role="region" aria-labelledby="results" {
                    table {
                        thead { tr { th { "result" } th { "experiment" } th { "refused by" } th { "rule" } } }
                        tbody { @for result in results { (row(result)) } }
                    }
                }
            }
            section {
                h2 { "One by one" }
                @for result in results { (one(result)) }
            }
        }
    };
    super::page("The lab", "", body)
}

fn class(result: &LabRow) -> &'static str {
    match result.verdict {
        "PASS" => "ok",
        "FAIL" => "fail",
        _ => "dim",
    }
}

fn row(result: &LabRow) -> Markup {
    html! {
        tr {
            td class=(class(result)) { strong { (result.verdict) } }
            td { a href={ "#" (result.name) } { (result.name) } }
            td { (result.refused_by) }
            td { (linked(result.rule)) }
        }
    }
}

fn one(result: &LabRow) -> Markup {
    html! {
        details id=(result.name) {
            summary {
                h3 { (result.name) } " "
                span class={ "tag " (class(result)) } { (result.verdict) }
            }
            p { (result.what) }
            @if !result.why.is_empty() { p class=(class(result)) { (result.why) } }
            p.dim { "What was sent:" }
            pre { (result.request) }
            p.dim { "What came back:" }
            pre { (result.answer) }
            p { "Must be refused by the " (result.refused_by) ": " (linked(result.rule)) }
        }
    }
}
