//! Prints the experiments and their results.

use anstyle::{AnsiColor, Style};
use common::Console;

use super::experiment::{Experiment, Outcome, RefusedBy, Verdict};
use crate::output::table::{BAD, GOOD, HEAD, Mark, table};
use crate::report::LabRow;

const DULL: Style = AnsiColor::Yellow.on_default().bold();

impl Verdict {
    fn mark(&self) -> Mark {
        match self {
            Verdict::Pass => Mark(GOOD, "PASS"),
            Verdict::NotShown(_) => Mark(DULL, "NOT SHOWN"),
            Verdict::Fail(_) => Mark(BAD, "FAIL"),
        }
    }
}

/// Prints the experiments and their descriptions.
pub(crate) fn list(console: &Console, experiments: &[&Experiment]) {
    let rows = experiments.iter().map(|e| {
        (
            Mark(Style::new(), e.name),
            [e.refused_by.name().to_owned(), e.what.to_owned()],
        )
    });
    table(
        console,
        ["name", "refused by", "what is tried"],
        rows.collect(),
    );
}

/// Prints the heading of an experiment.
pub(crate) fn heading(console: &Console, number: usize, of: usize, experiment: &Experiment) {
    console.line(&format!(
        "{HEAD}# {number}/{of} {}{HEAD:#}",
        experiment.name
    ));
    console.line(&format!("What:    {}", experiment.what));
}

/// Prints the result of an experiment.
pub(crate) fn outcome(console: &Console, experiment: &Experiment, outcome: &Outcome) {
    let Mark(style, word) = outcome.verdict.mark();
    match &outcome.verdict {
        Verdict::NotShown(why) => console.line(&format!("{style}{word}{style:#}: {why}")),
        verdict => {
            console.line(&format!("Request: {}", indented(&outcome.request)));
            console.line(&format!("Answer:  {}", indented(&outcome.answer)));
            let by = match (verdict, experiment.refused_by) {
                (Verdict::Pass, RefusedBy::Client) => "by this client",
                (Verdict::Pass, RefusedBy::Server) => "by the sign-in server",
                (Verdict::Pass, RefusedBy::Gateway) => "by the gateway",
                _ => "by nobody, or not for the reason under test",
            };
            console.line(&format!("Refused: {by}"));
            console.line(&format!("Rule:    {}", experiment.rule));
            match verdict {
                Verdict::Fail(how) => console.line(&format!("{style}{word}{style:#}: {how}")),
                _ => console.line(&format!("{style}{word}{style:#}")),
            }
        }
    }
    console.line("");
}

/// Indents the lines after the first to align with it.
fn indented(text: &str) -> String {
    text.replace('\n', "\n         ")
}

/// The results, for the report page.
pub(crate) fn rows(results: &[(&Experiment, Outcome)]) -> Vec<LabRow> {
    let rows = results.iter().map(|(experiment, outcome)| LabRow {
        name: experiment.name,
        what: experiment.what,
        refused_by: experiment.refused_by.name(),
        rule: experiment.rule,
        verdict: outcome.verdict.mark().1,
        why: match &outcome.verdict {
            Verdict::Pass => String::new(),
            Verdict::NotShown(why) | Verdict::Fail(why) => why.clone(),
        },
        request: outcome.request.clone(),
        answer: outcome.answer.clone(),
    });
    rows.collect()
}

/// Prints all results in one table, and their counts.
pub(crate) fn summary(console: &Console, results: &[(&Experiment, Outcome)]) {
    console.line(&format!("{HEAD}# Results{HEAD:#}"));
    let rows = results.iter().map(|(experiment, outcome)| {
        let rule = experiment.rule.split(": ").next().unwrap_or_default();
        let cells = [experiment.name, experiment.refused_by.name(), rule].map(str::to_owned);
        (outcome.verdict.mark(), cells)
    });
    table(
        console,
        ["result", "experiment", "refused by", "rule"],
        rows.collect(),
    );
    let count = |mark: &str| {
        results
            .iter()
            .filter(|(_, outcome)| outcome.verdict.mark().1 == mark)
            .count()
    };
    console.line(&format!(
        "{} experiment{}: {} PASS, {} NOT SHOWN, {} FAIL",
        results.len(),
        if results.len() == 1 { "" } else { "s" },
        count("PASS"),
        count("NOT SHOWN"),
        count("FAIL")
    ));
}
