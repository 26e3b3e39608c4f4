//! One parameter of a step, and how secret its value is.

use std::borrow::Cow;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// How secret a value is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Secrecy {
    /// Anyone may see it.
    Public,
    /// A secret until it is used, which works only once: the authorization
    /// code and its verifier.
    OneTime,
    /// A one-time secret that was never used, and so still works: not shown.
    Unspent,
    /// A credential that keeps working: not shown.
    Credential,
}

/// What an attacker could do without a protection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Without {
    /// In a sentence.
    pub text: &'static str,
    /// The experiments of the lab that show it, by name; none for what the stack
    /// does not use.
    pub lab: &'static [&'static str],
}

impl Without {
    /// The command that runs the experiments, if there are any.
    pub(crate) fn command(self) -> Option<String> {
        (!self.lab.is_empty()).then(|| lab_command(self.lab))
    }

    /// As lines of text.
    pub(crate) fn lines(self) -> Vec<String> {
        let without = format!("Without it: {}", self.text);
        let command = self.command().map(|command| format!("Try it: {command}"));
        [without].into_iter().chain(command).collect()
    }
}

/// The command that runs these experiments, as a person would paste it.
pub(crate) fn lab_command(experiments: &[&str]) -> String {
    format!("cargo run --bin tokens -- lab {}", experiments.join(" "))
}

/// One parameter: its name, value and purpose. It has no `Debug`: the value may
/// be a credential.
#[derive(Clone)]
pub(crate) struct Field {
    /// The name, as in the RFC.
    pub name: Cow<'static, str>,
    /// The value, as sent.
    pub value: String,
    /// Its purpose, in one line for the learner.
    pub why: &'static str,
    /// If it is a protection: what an attacker could do without it.
    pub without: Option<Without>,
    pub secrecy: Secrecy,
}

/// A parameter that anyone may see.
pub(crate) fn field(
    name: impl Into<Cow<'static, str>>,
    value: impl Into<String>,
    why: &'static str,
) -> Field {
    Field {
        name: name.into(),
        value: value.into(),
        why,
        without: None,
        secrecy: Secrecy::Public,
    }
}

impl Field {
    /// The same parameter with another secrecy.
    pub(crate) fn with(self, secrecy: Secrecy) -> Field {
        Field { secrecy, ..self }
    }

    /// The same parameter, with what an attacker could do without it, and the
    /// experiments of the lab that show it.
    pub(crate) fn without(self, text: &'static str, lab: &'static [&'static str]) -> Field {
        Field {
            without: Some(Without { text, lab }),
            ..self
        }
    }

    /// The value, unless it must not be shown.
    pub(crate) fn shown(&self) -> &str {
        match self.secrecy {
            Secrecy::Public | Secrecy::OneTime => &self.value,
            Secrecy::Unspent => "(hidden: not spent)",
            Secrecy::Credential => "(hidden)",
        }
    }

    /// Whether the value is shown.
    pub(crate) fn is_shown(&self) -> bool {
        matches!(self.secrecy, Secrecy::Public | Secrecy::OneTime)
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut field = serializer.serialize_struct("Field", 5)?;
        field.serialize_field("name", &self.name)?;
        field.serialize_field("value", self.shown())?;
        field.serialize_field("why", self.why)?;
        let (text, lab) = self.without.map_or(("", &[][..]), |w| (w.text, w.lab));
        field.serialize_field("without", text)?;
        field.serialize_field("lab", lab)?;
        field.end()
    }
}
