//! The record of a login: what was sent where and why, and what came back.
//! `--explain` prints it as it happens, the report shows it at the end.

use std::borrow::Cow;
use std::time::Duration;

use serde::ser::SerializeStruct;
use serde::{Serialize, Serializer};

/// Where a step takes place, and who can see it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Channel {
    /// In this program: nothing is sent.
    Here,
    /// From the browser to this program.
    Callback,
    /// From the browser to the sign-in server; with `--headless` this program
    /// acts as the browser.
    Front,
    /// From this program to the sign-in server.
    Back,
    /// From this program to the API.
    Api,
}

impl Channel {
    /// The name used in headings.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Channel::Here => "here",
            Channel::Callback => "front channel",
            Channel::Front => "front channel (this program in the place of the browser)",
            Channel::Back => "back channel",
            Channel::Api => "to the API",
        }
    }

    /// Who can see what is sent.
    pub(crate) fn who_sees(self) -> &'static str {
        match self {
            Channel::Here => "Seen by nobody.",
            Channel::Callback => "Seen by the browser, its history and this program.",
            Channel::Front => "Seen by the browser and the sign-in server.",
            Channel::Back => "Seen by this program and the sign-in server only.",
            Channel::Api => "Seen by this program and the API's gateway only.",
        }
    }
}

/// One step of a login.
#[derive(Clone, Serialize)]
pub(crate) struct Step {
    pub channel: Channel,
    /// One line, without the step's number.
    pub heading: String,
    /// Sentences: why it is done, who sees it, and what the result is.
    pub text: Vec<String>,
    pub fields: Vec<Field>,
    /// Shell commands that reproduce the step.
    pub commands: Vec<String>,
    /// Status, size and content type of the response, if there is one.
    pub answer: Option<String>,
    /// How long the response took; serialized in milliseconds.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    pub took: Option<Duration>,
}

impl Step {
    /// Whether the step sends a browser to the sign-in page. This program does
    /// not see what happens there.
    pub(crate) fn is_for_a_browser(&self) -> bool {
        self.channel == Channel::Front && self.answer.is_none()
    }
}

/// One parameter that is sent: its name, value and purpose. It has no `Debug`:
/// the value may be a credential.
#[derive(Clone)]
pub(crate) struct Field {
    /// The name, as in the RFC.
    pub name: Cow<'static, str>,
    /// The value, as sent.
    pub value: String,
    /// Its purpose, in one line for the learner.
    pub why: &'static str,
    /// Whether the value is a credential, which is never shown.
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
    /// The value, or `(hidden)`.
    pub(crate) fn shown(&self) -> &str {
        if self.hidden { "(hidden)" } else { &self.value }
    }
}

impl Serialize for Field {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut field = serializer.serialize_struct("Field", 3)?;
        field.serialize_field("name", &self.name)?;
        field.serialize_field("value", self.shown())?;
        field.serialize_field("why", self.why)?;
        field.end()
    }
}

fn milliseconds<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match took {
        Some(took) => serializer.serialize_some(&took.as_millis()),
        None => serializer.serialize_none(),
    }
}
