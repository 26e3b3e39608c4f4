//! Records the steps of a login and, with `--explain`, prints them to stderr as
//! they happen.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anstyle::Style;
use common::console::numbered_heading;
use common::text::visible_line;
use common::{Console, StyledText};

use crate::transcript::field::Field;
use crate::transcript::step::{Answer, Channel, Step};

const DIM: Style = Style::new().dimmed();

/// Everything that has happened so far. Clones share the same steps.
#[derive(Clone)]
pub(crate) struct Transcript {
    console: Arc<Console>,
    /// Whether `--explain` prints each step as it happens.
    aloud: bool,
    /// Whether the lab can show what a protection is for: it needs the stack.
    has_lab: bool,
    steps: Arc<Mutex<Vec<Step>>>,
}

/// A recorded step, to which what is learned later is added.
pub(crate) struct StepHandle<'a> {
    transcript: &'a Transcript,
    index: usize,
}

impl Transcript {
    /// An empty transcript, whose steps are printed if `aloud`.
    pub(crate) fn new(aloud: bool, console: Arc<Console>) -> Transcript {
        Transcript {
            console,
            aloud,
            has_lab: true,
            steps: Arc::default(),
        }
    }

    /// The same, which proposes experiments of the lab only if `has_lab`.
    pub(crate) fn with_lab(self, has_lab: bool) -> Transcript {
        Transcript { has_lab, ..self }
    }

    /// Whether each step is printed as it happens.
    pub(crate) fn explains(&self) -> bool {
        self.aloud
    }

    /// The steps so far.
    pub(crate) fn steps(&self) -> Vec<Step> {
        self.lock().clone()
    }

    /// How many steps there are.
    pub(crate) fn count(&self) -> usize {
        self.lock().len()
    }

    /// Forgets all steps but the first `kept`: requests that were repeated, of
    /// which one is enough.
    pub(crate) fn keep(&self, kept: usize) {
        self.lock().truncate(kept);
    }

    /// Adds a step with a heading and sentences below it.
    pub(crate) fn step(&self, channel: Channel, heading: &str, text: &str) -> StepHandle<'_> {
        let mut steps = self.lock();
        let index = steps.len();
        steps.push(Step {
            channel,
            heading: heading.to_owned(),
            text: Vec::new(),
            fields: Vec::new(),
            commands: Vec::new(),
            answer: None,
        });
        drop(steps);
        let named = if channel == Channel::Here {
            heading.to_owned()
        } else {
            format!("{}: {heading}", channel.name())
        };
        self.say(&numbered_heading(index + 1, &named));
        let step = StepHandle {
            transcript: self,
            index,
        };
        step.text(text);
        step
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Step>> {
        self.steps.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn say(&self, line: &StyledText) {
        if self.aloud {
            self.console.styled_message(line);
        }
    }
}

impl StepHandle<'_> {
    /// Adds sentences.
    pub(crate) fn text(&self, text: &str) {
        self.add(|step| step.text.extend(text.lines().map(str::to_owned)));
        for line in text.lines() {
            self.say_line(&format!("    {line}"));
        }
    }

    /// Adds parameters, each with its purpose.
    pub(crate) fn fields(&self, fields: &[Field]) {
        let mut fields = fields.to_vec();
        if !self.transcript.has_lab {
            for without in fields.iter_mut().filter_map(|field| field.without.as_mut()) {
                without.lab = &[];
            }
        }
        self.add(|step| step.fields.extend(fields.iter().cloned()));
        for field in &fields {
            let (name, value) = (visible_line(&field.name), visible_line(field.shown()));
            self.say_line(&format!("      {name} = {value}"));
            self.say_dimmed(field.why);
            for line in field.without.iter().flat_map(|without| without.lines()) {
                self.say_dimmed(&line);
            }
        }
    }

    /// Adds a shell command that reproduces the step.
    pub(crate) fn command(&self, command: &str) {
        self.add(|step| step.commands.push(command.to_owned()));
        self.say_line(&format!("    $ {command}"));
    }

    /// Adds the response.
    pub(crate) fn answer(&self, answer: Answer) {
        let took = answer.took.as_millis();
        let (status, body) = (&answer.status, &answer.body);
        self.say_line(&format!("    answer: {status} after {took} ms: {body}"));
        self.add(|step| step.answer = Some(answer));
    }

    fn say_line(&self, line: &str) {
        self.transcript.say(&line.into());
    }

    fn say_dimmed(&self, text: &str) {
        let indented = StyledText::from("          ");
        self.transcript.say(&indented.then(DIM, text));
    }

    fn add(&self, change: impl FnOnce(&mut Step)) {
        change(&mut self.transcript.lock()[self.index]);
    }
}
