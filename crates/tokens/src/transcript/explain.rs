//! Records the steps of a login and, with `--explain`, prints them to stderr as
//! they happen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anstyle::Style;
use common::Console;
use common::console::numbered_heading;

use crate::transcript::step::{Channel, Field, Step};

const DIM: Style = Style::new().dimmed();

/// Records every step; prints them only with `--explain`.
#[derive(Clone)]
pub(crate) struct Explain {
    on: bool,
    console: Arc<Console>,
    steps: Arc<Mutex<Vec<Step>>>,
}

impl Explain {
    /// An empty record, whose steps are printed if `on`.
    pub(crate) fn new(on: bool, console: Arc<Console>) -> Explain {
        Explain {
            on,
            console,
            steps: Arc::default(),
        }
    }

    /// The steps so far.
    pub(crate) fn transcript(&self) -> Vec<Step> {
        self.steps().clone()
    }

    /// Adds a step with a heading and sentences below it.
    pub(crate) fn step(&self, channel: Channel, heading: &str, text: &str) {
        let mut steps = self.steps();
        steps.push(Step {
            channel,
            heading: heading.to_owned(),
            text: Vec::new(),
            fields: Vec::new(),
            commands: Vec::new(),
            answer: None,
            took: None,
        });
        let number = steps.len();
        drop(steps);
        self.say(&numbered_heading(number, heading));
        self.text(text);
    }

    /// Adds sentences to the last step.
    pub(crate) fn text(&self, text: &str) {
        self.add(|step| step.text.extend(text.lines().map(str::to_owned)));
        for line in text.lines() {
            self.say(&format!("    {line}"));
        }
    }

    /// Adds parameters, each with its purpose, to the last step.
    pub(crate) fn fields(&self, fields: &[Field]) {
        self.add(|step| step.fields.extend(fields.iter().cloned()));
        for field in fields {
            self.say(&format!("      {} = {}", field.name, field.shown()));
            self.say(&format!("          {DIM}{}{DIM:#}", field.why));
        }
    }

    /// Adds a shell command that reproduces the step.
    pub(crate) fn command(&self, command: &str) {
        self.add(|step| step.commands.push(command.to_owned()));
        self.say(&format!("    $ {command}"));
    }

    /// Adds the response: its status, what its body is, and how long it took.
    pub(crate) fn answer(&self, status: &str, body: &str, took: Duration) {
        self.add(|step| {
            step.answer = Some(format!("{status}: {body}"));
            step.took = Some(took);
        });
        let took = took.as_millis();
        self.say(&format!("    answer: {status} after {took} ms: {body}"));
    }

    fn add(&self, change: impl FnOnce(&mut Step)) {
        if let Some(step) = self.steps().last_mut() {
            change(step);
        }
    }

    fn steps(&self) -> MutexGuard<'_, Vec<Step>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, line: &str) {
        if self.on {
            self.console.message(line);
        }
    }
}
