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
    /// If it is a protection: what an attacker could do without it. May be empty.
    pub without: &'static str,
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
        without: "",
        secrecy: Secrecy::Public,
    }
}

impl Field {
    /// The same parameter with another secrecy.
    pub(crate) fn with(self, secrecy: Secrecy) -> Field {
        Field { secrecy, ..self }
    }

    /// The same parameter, with what an attacker could do without it.
    pub(crate) fn without(self, without: &'static str) -> Field {
        Field { without, ..self }
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
        let mut field = serializer.serialize_struct("Field", 4)?;
        field.serialize_field("name", &self.name)?;
        field.serialize_field("value", self.shown())?;
        field.serialize_field("why", self.why)?;
        field.serialize_field("without", self.without)?;
        field.end()
    }
}
