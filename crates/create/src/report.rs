//! The lines on stdout: always in the same order, whatever ran side by side.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use api_core::Console;

/// The lines of a run, in the order in which they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub(crate) enum Step {
    UserPool,
    Domain,
    ResourceServer,
    AppClient,
    User,
    Api,
    Authorizer,
    Role,
    FunctionBegun,
    Function,
    Permission,
    Integration,
    Route,
    Stage,
    Url,
    Saved,
}

impl Step {
    /// All of them, in order.
    pub(crate) const ALL: [Step; 16] = [
        Step::UserPool,
        Step::Domain,
        Step::ResourceServer,
        Step::AppClient,
        Step::User,
        Step::Api,
        Step::Authorizer,
        Step::Role,
        Step::FunctionBegun,
        Step::Function,
        Step::Permission,
        Step::Integration,
        Step::Route,
        Step::Stage,
        Step::Url,
        Step::Saved,
    ];
}

/// Holds a line back until all before it are printed.
#[derive(Debug, Default)]
pub(crate) struct Report {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    printed: usize,
    waiting: BTreeMap<Step, String>,
}

impl Report {
    /// Prints the line as soon as it is its turn.
    pub(crate) fn line(&self, console: &Console, step: Step, text: String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.waiting.insert(step, text);
        while let Some(next) = Step::ALL.get(lines.printed)
            && let Some(text) = lines.waiting.remove(next)
        {
            lines.printed += 1;
            console.line(&text);
        }
    }

    /// Prints what waits for a step that failed.
    pub(crate) fn flush(&self, console: &Console) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        for (step, text) in std::mem::take(&mut lines.waiting) {
            lines.printed = step as usize + 1;
            console.line(&text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_stand_in_the_order_of_their_numbers() {
        for (number, step) in Step::ALL.iter().enumerate() {
            assert_eq!(*step as usize, number);
        }
    }

    #[test]
    fn a_line_waits_for_the_ones_before() {
        let (report, console) = (Report::default(), Console::new());
        report.line(&console, Step::Domain, "second".into());
        assert_eq!(report.lines.lock().unwrap().printed, 0);
        report.line(&console, Step::UserPool, "first".into());
        assert_eq!(report.lines.lock().unwrap().printed, 2);
        report.line(&console, Step::Route, "after a failure".into());
        report.flush(&console);
        assert!(report.lines.lock().unwrap().waiting.is_empty());
    }
}
