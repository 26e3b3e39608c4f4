//! The lines on stdout, in a fixed order although the steps run concurrently.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use common::Console;

/// The lines of a run, in the order in which they are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs)]
pub(crate) enum OutputLine {
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

impl OutputLine {
    /// All of them, in order.
    pub(crate) const ALL: [OutputLine; 16] = [
        OutputLine::UserPool,
        OutputLine::Domain,
        OutputLine::ResourceServer,
        OutputLine::AppClient,
        OutputLine::User,
        OutputLine::Api,
        OutputLine::Authorizer,
        OutputLine::Role,
        OutputLine::FunctionBegun,
        OutputLine::Function,
        OutputLine::Permission,
        OutputLine::Integration,
        OutputLine::Route,
        OutputLine::Stage,
        OutputLine::Url,
        OutputLine::Saved,
    ];
}

/// Holds each line back until all lines before it are printed.
#[derive(Debug, Default)]
pub(crate) struct Output {
    lines: Mutex<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    printed: usize,
    waiting: BTreeMap<OutputLine, String>,
}

impl Output {
    /// Prints a line once all lines before it are printed.
    pub(crate) fn line(&self, console: &Console, step: OutputLine, text: String) {
        let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        lines.waiting.insert(step, text);
        while let Some(next) = OutputLine::ALL.get(lines.printed)
            && let Some(text) = lines.waiting.remove(next)
        {
            lines.printed += 1;
            console.line(&text);
        }
    }

    /// Prints the lines held back because a step before them failed.
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
        for (number, step) in OutputLine::ALL.iter().enumerate() {
            assert_eq!(*step as usize, number);
        }
    }

    #[test]
    fn a_line_waits_for_the_ones_before() {
        let (report, console) = (Output::default(), Console::new());
        report.line(&console, OutputLine::Domain, "second".into());
        assert_eq!(report.lines.lock().unwrap().printed, 0);
        report.line(&console, OutputLine::UserPool, "first".into());
        assert_eq!(report.lines.lock().unwrap().printed, 2);
        report.line(&console, OutputLine::Route, "after a failure".into());
        report.flush(&console);
        assert!(report.lines.lock().unwrap().waiting.is_empty());
    }
}
