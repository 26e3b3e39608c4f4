//! `--explain`: what travels where, and why, told on stderr as it happens.
//!
//! The back channel is narrated in one place, where it is sent, so that no
//! call can be forgotten.

use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use anstyle::{AnsiColor, Style};
use api_core::Console;

use crate::call::Call;
use crate::http::Answer;

const HEAD: Style = AnsiColor::Cyan.on_default().bold();
const DIM: Style = Style::new().dimmed();

/// The narrator. Silent without `--explain`.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    on: bool,
    console: Arc<Console>,
    step: Arc<AtomicUsize>,
}

/// One parameter on its way: its name, value, and what it is for.
#[derive(Clone, Debug)]
pub(crate) struct Field {
    /// The RFC's own name.
    pub name: Cow<'static, str>,
    /// As it is sent.
    pub value: String,
    /// One line for the learner.
    pub why: &'static str,
    /// Whether the narration hides the value.
    pub hidden: bool,
}

/// A parameter that may be shown.
pub(crate) fn field(
    name: impl Into<Cow<'static, str>>,
    value: impl Into<String>,
    why: &'static str,
) -> Field {
    Field {
        name: name.into(),
        value: value.into(),
        why,
        hidden: false,
    }
}

/// A parameter whose value is a credential.
pub(crate) fn hidden(
    name: impl Into<Cow<'static, str>>,
    value: impl Into<String>,
    why: &'static str,
) -> Field {
    Field {
        hidden: true,
        ..field(name, value, why)
    }
}

impl Field {
    pub(crate) fn shown(&self) -> &str {
        if self.hidden { "(hidden)" } else { &self.value }
    }
}

impl Explain {
    /// A narrator that speaks if `on`.
    pub(crate) fn new(on: bool, console: Arc<Console>) -> Explain {
        Explain {
            on,
            console,
            step: Arc::default(),
        }
    }

    /// A numbered heading, and sentences below it.
    pub(crate) fn step(&self, heading: &str, text: &str) {
        if self.on {
            let number = self.step.fetch_add(1, Ordering::Relaxed) + 1;
            self.say(&format!("\n{HEAD}[{number}] {heading}{HEAD:#}"));
            self.text(text);
        }
    }

    /// Sentences, indented under the last heading.
    pub(crate) fn text(&self, text: &str) {
        for line in text.lines() {
            self.say(&format!("    {line}"));
        }
    }

    /// Parameters, each with what it is for.
    pub(crate) fn fields(&self, fields: &[Field]) {
        for field in fields {
            self.say(&format!("      {} = {}", field.name, field.shown()));
            self.say(&format!("          {DIM}{}{DIM:#}", field.why));
        }
    }

    /// A command that shows the same.
    pub(crate) fn command(&self, command: &str) {
        self.say(&format!("    $ {command}"));
    }

    /// A back-channel call that is about to be made.
    pub(crate) fn call(&self, call: &Call) {
        if self.on {
            let heading = format!("{}: {} {}", call.channel.name(), call.method, call.url);
            self.step(
                &heading,
                &format!("{}\n{}", call.why, call.channel.who_sees()),
            );
            self.fields(&call.form);
            self.command(&curl(call));
        }
    }

    /// What came back.
    pub(crate) fn answer(&self, answer: &Answer, took: Duration) {
        if self.on {
            let kind = answer.header("content-type").unwrap_or("no content-type");
            let size = answer.body.len();
            self.text(&format!(
                "answer: {} after {} ms: {size} bytes, {kind}",
                answer.status,
                took.as_millis()
            ));
        }
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
