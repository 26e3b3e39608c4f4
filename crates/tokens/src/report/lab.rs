//! The lab's page: every experiment, who refused it, and by which rule.

use common::Failure;
use maud::{Markup, html};

use super::failed;
use super::links::linked;

/// One experiment and its result.
pub(crate) struct LabRow {
    pub name: &'static str,
    /// What was tried.
    pub what: &'static str,
    /// Who must refuse it.
    pub refused_by: &'static str,
    /// The rule that forbids it.
    pub rule: &'static str,
    /// `PASS`, `NOT SHOWN`, `FAIL` or `NOT RUN`.
    pub verdict: &'static str,
    /// Why, if it is not `PASS`.
    pub why: String,
    /// What was sent and what came back; `None` if nothing was sent.
    pub sent_and_got: Option<(String, String)>,
    /// The same attack on a careless twin, if there is one.
    pub twin: Option<TwinRow>,
    /// The check that the attack fails at, if it is known.
    pub check: Option<String>,
    /// What attacker and victim do, in turn.
    pub sides: &'static [(&'static str, &'static str)],
    /// What the learner chose in the quiz, and whether it was right.
    pub chosen: Option<(String, bool)>,
}

/// An attack on a careless twin.
pub(crate) struct TwinRow {
    /// What it is: an API, a client or a listener.
    pub who: &'static str,
    /// The one check that it leaves out.
    pub left_out: &'static str,
    pub succeeded: bool,
    /// What the attacker got.
    pub got: String,
    pub code: String,
}

/// The whole page; `failure` says why the lab stopped early, if it did.
pub(crate) fn page(rows: &[LabRow], failure: Option<&Failure>) -> String {
    let count = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
    let (all, passed, not_run) = (rows.len(), count("PASS"), count("NOT RUN"));
    let good = count("FAIL") == 0 && failure.is_none();
    let body = html! {
        main {
            header.good[good] {
                @if let Some(failure) = failure {
                    h1 { "Stopped after " (all - not_run) " of " (all) " experiments" }
                    (failed(failure))
                } @else {
                    h1 { (passed) " of " (all) " attacks were refused, each by the right party" }
                }
                ul.facts {
                    @for verdict in ["PASS", "NOT SHOWN", "FAIL", "NOT RUN"] {
                        @if count(verdict) > 0 || verdict != "NOT RUN" { li { (count(verdict)) " " (verdict) } }
                    }
                }
                @if let Some((right, asked)) = score(rows) {
                    p { strong { "Quiz: " (right) " of " (asked) " right" } }
                }
                @if count("NOT SHOWN") > 0 {
                    p.hint { "NOT SHOWN: this cloud cannot show it, so it does not count as passed." }
                }
            }
            section {
                h2 id="results" { "At a glance" }
                p { "Each row is something wrong that somebody could do, and who must stop it." }
                table.lab {
                    thead { tr { th { "result" } th { "experiment" } th { "must be refused by" } th { "rule" } } }
                    tbody { @for row in rows { (line(row)) } }
                }
            }
            section {
                h2 { "One by one" }
                p { "Open one to see what was sent, what came back, and what it would have brought the attacker." }
                @for row in rows { (one(row)) }
            }
        }
    };
    super::page("The lab", "", body)
}

/// How many answers of the quiz were right, and how many there are; `None`
/// without a quiz.
fn score(rows: &[LabRow]) -> Option<(usize, usize)> {
    let answers: Vec<bool> = rows
        .iter()
        .filter_map(|row| Some(row.chosen.as_ref()?.1))
        .collect();
    let right = answers.iter().filter(|right| **right).count();
    (!answers.is_empty()).then_some((right, answers.len()))
}

fn class(row: &LabRow) -> &'static str {
    match row.verdict {
        "PASS" => "ok",
        "FAIL" => "fail",
        _ => "dim",
    }
}

fn line(row: &LabRow) -> Markup {
    html! {
        tr {
            td class=(class(row)) data-head="result" { strong { (row.verdict) } }
            td data-head="experiment" { a href={ "#" (row.name) } { (row.name) } }
            td data-head="must be refused by" { (row.refused_by) }
            td data-head="rule" { (linked(row.rule)) }
        }
    }
}

fn one(row: &LabRow) -> Markup {
    html! {
        details id=(row.name) {
            summary {
                h3 { (row.name) } " "
                span class={ "tag " (class(row)) } { (row.verdict) }
            }
            p { (row.what) }
            @if !row.why.is_empty() { p class=(class(row)) { (row.why) } }
            @if let Some((chosen, right)) = &row.chosen {
                p class=(if *right { "ok" } else { "fail" }) { "Your answer, " (if *right { "right" } else { "wrong" }) ": " (chosen) }
            }
            @if !row.sides.is_empty() { (side_by_side(row.sides)) }
            @if let Some(twin) = &row.twin { (careless(twin)) }
            @if let Some((request, answer)) = &row.sent_and_got {
                @if row.twin.is_some() { h4 { "Against " (row.refused_by) } }
                p.dim { "What was sent:" }
                pre { (request) }
                p.dim { "What came back:" }
                pre { (answer) }
            }
            @if let Some(check) = &row.check { p { "It fails at this check: " (linked(check)) } }
            p { "Must be refused by " (row.refused_by) ": " (linked(row.rule)) }
        }
    }
}

/// The attack on the twin, and the lines that would have stopped it.
fn careless(twin: &TwinRow) -> Markup {
    html! {
        h4 { "Against a careless twin" }
        p { "The same attack on " (twin.who) " that makes every check but that of " code { (twin.left_out) } ":" }
        p.dim { @if twin.succeeded { "What the attacker got:" } @else { "It was refused:" } }
        pre.fail[twin.succeeded] { (twin.got) }
        p.dim { "The lines that it leaves out:" }
        // Wider than a phone: it scrolls, and a keyboard can do that too.
        pre.code tabindex="0" { (twin.code) }
    }
}

fn side_by_side(sides: &[(&str, &str)]) -> Markup {
    html! {
        table {
            thead { tr { th { "the attacker" } th { "the victim" } } }
            tbody {
                @for (attacker, victim) in sides {
                    tr {
                        td data-head="the attacker" { (attacker) }
                        td data-head="the victim" { (victim) }
                    }
                }
            }
        }
    }
}
