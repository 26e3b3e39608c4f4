//! Prints the experiments and their results.

use anstyle::{AnsiColor, Style};
use common::{Console, StyledText};

use super::experiment::{Experiment, Outcome, Verdict};
use super::quiz::Quiz;
use super::twins::{Twin, code};
use crate::output::table::{BAD, GOOD, HEAD, Mark, Row, fit, table};
use crate::report::{LabRow, TwinRow};

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
    let rows = experiments.iter().map(|experiment| {
        let cells = [experiment.refused_by.name(), experiment.what];
        let mark = Mark(Style::new(), experiment.name);
        (mark, cells.map(str::to_owned).to_vec())
    });
    let head = ["name", "refused by", "what is tried"];
    table(console, &head, rows.collect());
}

/// Prints the heading of an experiment.
pub(crate) fn heading(console: &Console, number: usize, of: usize, experiment: &Experiment) {
    let name = experiment.name;
    console.styled_line(&StyledText::new(HEAD, format!("# {number}/{of} {name}")));
    console.line(&format!("What:    {}", experiment.what));
}

/// Prints the attack: what attacker and victim do, and what is sent.
pub(crate) fn attack(console: &Console, outcome: &Outcome) {
    for (attacker, victim) in outcome.sides {
        if !attacker.is_empty() {
            console.line(&format!("Attacker {attacker}"));
        }
        if !victim.is_empty() {
            console.line(&format!("         Victim {victim}"));
        }
    }
    if !outcome.request.is_empty() {
        console.line(&format!("Request: {}", indented(&outcome.request)));
    }
}

/// Prints what became of the attack on the twin, and the lines that it lacks.
fn twin(console: &Console, twin: &Twin) {
    let ended = if twin.succeeded {
        "the attack succeeds"
    } else {
        "refused"
    };
    let (who, left_out) = (twin.who, twin.left_out);
    console.line(&format!(
        "Twin:    {who} without the check of {left_out}: {ended}"
    ));
    console.line(&format!("Got:     {}", indented(&twin.got)));
    let lines = code::lines(who, left_out);
    console.line(&format!("Lacks:   {}", indented(&lines)));
}

/// Prints the result of an experiment.
pub(crate) fn outcome(console: &Console, experiment: &Experiment, outcome: &Outcome) {
    if let Some(careless) = &outcome.twin {
        twin(console, careless);
    }
    let Mark(style, word) = outcome.verdict.mark();
    let detail = match &outcome.verdict {
        Verdict::Pass => String::new(),
        Verdict::NotShown(why) | Verdict::Fail(why) => format!(": {why}"),
    };
    if !outcome.answer.is_empty() {
        console.line(&format!("Answer:  {}", indented(&outcome.answer)));
    }
    match &outcome.verdict {
        Verdict::Pass => {
            let by = experiment.refused_by.with_article();
            console.line(&format!("Refused: by {by}"));
            if let Some(check) = &outcome.check {
                console.line(&format!("Check:   {check}"));
            }
        }
        Verdict::Fail(_) => console.line("Refused: by nobody, or not for the reason under test"),
        Verdict::NotShown(_) => {}
    }
    console.line(&format!("Rule:    {}", experiment.rule));
    console.styled_line(&StyledText::new(style, word).plain(detail));
    console.line("");
}

/// Indents the lines after the first to align with it.
fn indented(text: &str) -> String {
    text.replace('\n', "\n         ")
}

/// All chosen experiments for the report page; those after the last result were
/// not run.
pub(crate) fn rows(
    chosen: &[&Experiment],
    outcomes: &[Outcome],
    quiz: Option<&Quiz>,
) -> Vec<LabRow> {
    let answered = |name| {
        let mut answers = quiz?.chosen.iter();
        let (_, text, right) = answers.find(|(of, ..)| *of == name)?;
        Some((text.clone(), *right))
    };
    let results = outcomes.iter().map(Some).chain(std::iter::repeat(None));
    let rows = chosen.iter().zip(results).map(|(experiment, outcome)| {
        let verdict = outcome.map(|outcome| &outcome.verdict);
        LabRow {
            name: experiment.name,
            what: experiment.what,
            refused_by: experiment.refused_by.with_article(),
            rule: experiment.rule,
            verdict: verdict.map_or("NOT RUN", |verdict| verdict.mark().1),
            why: match verdict {
                Some(Verdict::NotShown(why) | Verdict::Fail(why)) => why.clone(),
                Some(Verdict::Pass) => String::new(),
                None => "The lab stopped before this experiment.".to_owned(),
            },
            sent_and_got: outcome
                .filter(|outcome| !outcome.request.is_empty())
                .map(|outcome| (outcome.request.clone(), outcome.answer.clone())),
            twin: outcome
                .and_then(|outcome| outcome.twin.as_ref())
                .map(twin_row),
            check: outcome.and_then(|outcome| outcome.check.clone()),
            sides: outcome.map_or(&[], |outcome| outcome.sides),
            chosen: answered(experiment.name),
        }
    });
    rows.collect()
}

fn twin_row(twin: &Twin) -> TwinRow {
    TwinRow {
        who: twin.who,
        left_out: twin.left_out,
        succeeded: twin.succeeded,
        got: twin.got.clone(),
        code: code::lines(twin.who, twin.left_out),
    }
}

/// The headings of the table of results.
const RESULTS: [&str; 4] = ["result", "experiment", "refused by", "rule"];

/// Where a rule stands, as short as in the table of checks: `RFC 6749 4.1.2`.
fn reference(rule: &str) -> String {
    let place = rule.split(": ").next().unwrap_or_default();
    let short = place.replace(" section ", " ");
    short.replace("OpenID Connect Core", "OIDC Core")
}

/// Prints all results in one table, and their counts.
pub(crate) fn summary(
    console: &Console,
    chosen: &[&Experiment],
    outcomes: &[Outcome],
    rows: &[LabRow],
) {
    console.styled_line(&StyledText::new(HEAD, "# Results"));
    let line = |(number, row): (usize, &LabRow)| -> Row {
        let mark = match outcomes.get(number) {
            Some(outcome) => outcome.verdict.mark(),
            None => Mark(Style::new(), row.verdict),
        };
        let refused_by = chosen[number].refused_by.name();
        let cells = [row.name, refused_by, &reference(row.rule)];
        (mark, cells.map(str::to_owned).to_vec())
    };
    let mut lines: Vec<Row> = rows.iter().enumerate().map(line).collect();
    if let Some(columns) = console.columns() {
        fit(&RESULTS, &mut lines, [1, 2], columns);
    }
    table(console, &RESULTS, lines);
    let count = |verdict: &str| rows.iter().filter(|row| row.verdict == verdict).count();
    let (total, not_run) = (rows.len(), count("NOT RUN"));
    let mut line = format!(
        "{total} experiment{}: {} PASS, {} NOT SHOWN, {} FAIL",
        if total == 1 { "" } else { "s" },
        count("PASS"),
        count("NOT SHOWN"),
        count("FAIL")
    );
    if not_run > 0 {
        line.push_str(&format!(", {not_run} NOT RUN"));
    }
    console.line(&line);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lab::list::ALL;
    use crate::output::table::USUAL_WIDTH;

    #[test]
    fn the_results_fit_into_a_usual_terminal_uncut() {
        let longest = |cell: fn(&Experiment) -> String| {
            let lengths = ALL.iter().map(|experiment| cell(experiment).len());
            lengths.max().unwrap_or_default()
        };
        let columns = [
            "NOT SHOWN".len(),
            longest(|experiment| experiment.name.to_owned()),
            longest(|experiment| experiment.refused_by.name().to_owned()),
            longest(|experiment| reference(experiment.rule)),
        ];
        let width: usize = columns.iter().sum::<usize>() + 2 * (columns.len() - 1);
        assert!(width <= USUAL_WIDTH, "{columns:?}");
    }
}
