//! The lines on stdout, in the order of the steps although these run side by side.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use common::Console;

/// Holds each step's lines back until the steps before it have ended.
#[derive(Debug)]
pub(crate) struct Output<'d> {
    console: &'d Console,
    lines: RefCell<Lines>,
}

#[derive(Debug, Default)]
struct Lines {
    /// The step whose lines are printed as they come.
    current: usize,
    /// The steps after it that have ended.
    ended: BTreeSet<usize>,
    /// The lines of the steps after it.
    held_back: BTreeMap<usize, Vec<String>>,
}

impl Output<'_> {
    /// Output to the console, beginning with the lines of step 0.
    pub(crate) fn new(console: &Console) -> Output<'_> {
        Output {
            console,
            lines: RefCell::default(),
        }
    }

    /// Prints a line of a step, once all steps before it have ended.
    pub(crate) fn line(&self, step: usize, text: String) {
        let mut lines = self.lines.borrow_mut();
        if step == lines.current {
            self.console.line(&text);
        } else {
            lines.held_back.entry(step).or_default().push(text);
        }
    }

    /// Ends a step, well or not: the lines of the next one may be printed.
    pub(crate) fn end_step(&self, step: usize) {
        let mut lines = self.lines.borrow_mut();
        lines.ended.insert(step);
        while let current = lines.current
            && lines.ended.remove(&current)
        {
            lines.current += 1;
            let next = lines.current;
            for text in lines.held_back.remove(&next).unwrap_or_default() {
                self.console.line(&text);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_waits_for_the_steps_before_it_also_if_they_fail() {
        let console = Console::new();
        let output = Output::new(&console);
        let held_back = || output.lines.borrow().held_back.len();
        output.line(1, "second".into());
        output.end_step(1);
        output.line(2, "third".into());
        assert_eq!(held_back(), 2);
        output.end_step(0); // without a line: it failed
        assert_eq!(held_back(), 0);
        assert_eq!(output.lines.borrow().current, 2);
    }
}
