//! Keeps the record of a login, and tells it on stderr as it happens, where
//! `--explain` asks for that.
//!
//! The back channel is narrated in one place, where it is sent, so that no
//! call can be forgotten.

use std::fmt::Write;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use api_core::Console;

use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::output::transcript::{Channel, Field, Step};

const HEAD: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The narrator. It always keeps the record, and is silent without `--explain`.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    on: bool,
    console: Arc<Console>,
    steps: Arc<Mutex<Vec<Step>>>,
}

impl Explain {
    /// A narrator that speaks if `on`.
    pub(crate) fn new(on: bool, console: Arc<Console>) -> Explain {
        Explain {
            on,
            console,
            steps: Arc::default(),
        }
    }

    /// The record so far.
    pub(crate) fn transcript(&self) -> Vec<Step> {
        self.steps().clone()
    }

    /// A new step: a heading, and sentences below it.
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
        self.say(&format!("\n{HEAD}[{number}] {heading}{HEAD:#}"));
        self.text(text);
    }

    /// Sentences under the last heading.
    pub(crate) fn text(&self, text: &str) {
        self.add(|step| step.text.extend(text.lines().map(str::to_owned)));
        for line in text.lines() {
            self.say(&format!("    {line}"));
        }
    }

    /// Parameters, each with what it is for.
    pub(crate) fn fields(&self, fields: &[Field]) {
        self.add(|step| step.fields.extend(fields.iter().cloned()));
        for field in fields {
            self.say(&format!("      {} = {}", field.name, field.shown()));
            self.say(&format!("          {DIM}{}{DIM:#}", field.why));
        }
    }

    /// A command that shows the same.
    pub(crate) fn command(&self, command: &str) {
        self.add(|step| step.commands.push(command.to_owned()));
        self.say(&format!("    $ {command}"));
    }

    /// A call that is about to be made.
    pub(crate) fn call(&self, call: &Call) {
        let heading = format!("{}: {} {}", call.channel.name(), call.method, call.url);
        let text = format!("{}\n{}", call.why, call.channel.who_sees());
        self.step(call.channel, &heading, &text);
        self.fields(&call.form);
        self.command(&curl(call));
    }

    /// What came back.
    pub(crate) fn answer(&self, answer: &Answer, took: Duration) {
        let kind = answer.header("content-type").unwrap_or("no content-type");
        let size = answer.body.len();
        let text = format!("{}: {size} bytes, {kind}", answer.status);
        self.add(|step| {
            step.answer = Some(text);
            step.took = Some(took);
        });
        self.say(&format!(
            "    answer: {} after {} ms: {size} bytes, {kind}",
            answer.status,
            took.as_millis()
        ));
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

/// The `curl` command for the same call. Tokens stand in shell variables: they
/// are printed on stdout, and belong in no log.
fn curl(call: &Call) -> String {
    let mut line = String::from("curl -sS");
    if call.method != "GET" && call.form.is_empty() {
        let _ = write!(line, " -X {}", call.method);
    }
    for (name, value) in &call.headers {
        if value.starts_with("Bearer ") {
            let _ = write!(line, " -H \"{name}: Bearer $ACCESS_TOKEN\"");
        } else {
            let _ = write!(line, " -H {}", quoted(&format!("{name}: {value}")));
        }
    }
    if call.json {
        let body = call.json_body(Field::shown).to_string();
        let _ = write!(line, " --data {}", quoted(&body));
    }
    for field in call.form.iter().filter(|_| !call.json) {
        let value = match (&*field.name, field.hidden) {
            ("refresh_token" | "token", _) => "\"$REFRESH_TOKEN\"".to_owned(),
            ("password", true) => "\"$PASSWORD\"".to_owned(),
            (_, true) => "\"(hidden)\"".to_owned(),
            _ => quoted(&field.value),
        };
        let _ = write!(line, " --data-urlencode {}={value}", field.name);
    }
    let _ = write!(line, " {}", quoted(call.url.as_str()));
    line
}

/// Quoted for a POSIX shell, where it needs to be.
pub(crate) fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=@%+,".contains(c);
    if !text.is_empty() && text.chars().all(plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_shell_takes_what_is_quoted_as_one_word() {
        assert_eq!(quoted("http://localhost:1/a"), "http://localhost:1/a");
        assert_eq!(quoted("a b"), "'a b'");
        assert_eq!(quoted("a'b"), r"'a'\''b'");
        assert_eq!(quoted("a&b;$(c)"), "'a&b;$(c)'");
    }
}
