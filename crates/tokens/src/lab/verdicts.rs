//! The verdicts for scripts: `--json`, and JUnit's XML for `--junit`.

use common::Failure;
use maud::{PreEscaped, html};
use serde_json::{Value, json};

use crate::output::error;
use crate::report::{GENERATOR, LabRow};

/// How many rows have this verdict.
fn count(rows: &[LabRow], verdict: &str) -> usize {
    rows.iter().filter(|row| row.verdict == verdict).count()
}

/// All verdicts, and why the lab stopped early, if it did.
pub(crate) fn json(rows: &[LabRow], failure: Option<&Failure>) -> Value {
    let experiments: Vec<Value> = rows.iter().map(experiment).collect();
    let mut object = json!({
        "experiments": experiments,
        "passed": count(rows, "PASS"),
        "not_shown": count(rows, "NOT SHOWN"),
        "failed": count(rows, "FAIL"),
        "not_run": count(rows, "NOT RUN"),
    });
    if let Some(failure) = failure {
        object["error"] = error::json(failure);
    }
    object
}

fn experiment(row: &LabRow) -> Value {
    let twin = row.twin.as_ref().map(|twin| {
        json!({ "who": twin.who, "left_out": twin.left_out, "succeeded": twin.succeeded, "got": twin.got })
    });
    let sent = row.sent_and_got.as_ref();
    json!({
        "name": row.name,
        "what": row.what,
        "refused_by": row.refused_by,
        "rule": row.rule,
        "verdict": row.verdict,
        "why": (!row.why.is_empty()).then_some(&row.why),
        "twin": twin,
        "check": row.check,
        "request": sent.map(|(request, _)| request),
        "answer": sent.map(|(_, answer)| answer),
    })
}

/// All verdicts in the format of JUnit: what is not shown was skipped, what was
/// not run is an error.
pub(crate) fn junit(rows: &[LabRow]) -> String {
    let suite = html! {
        testsuite name="tokens lab" tests=(rows.len()) failures=(count(rows, "FAIL"))
            errors=(count(rows, "NOT RUN")) skipped=(count(rows, "NOT SHOWN")) {
            properties { property name="generator" value=(GENERATOR) {} }
            @for row in rows {
                testcase classname=(row.refused_by) name=(row.name) {
                    @match row.verdict {
                        "FAIL" => { failure message=(row.why) {} }
                        "NOT SHOWN" => { skipped message=(row.why) {} }
                        "NOT RUN" => { error message=(row.why) {} }
                        _ => {}
                    }
                }
            }
        }
    };
    let document = html! { (PreEscaped("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")) (suite) };
    // XML has no way to write most control characters.
    let steers = |c: char| c.is_control() && c != '\n';
    format!("{}\n", document.into_string().replace(steers, "\u{fffd}"))
}
