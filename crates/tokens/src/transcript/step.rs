//! The record of a login: what was sent where, what it is for, what came back.
//! `--explain` tells it as it happens, the report shows it at the end.

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
    /// Through the browser to this program.
    Callback,
    /// From the browser to the sign-in server; with `--headless` this program
    /// is the browser.
    Front,
    /// This program to the sign-in server.
    Back,
    /// This program to the API.
    Api,
}

impl Channel {
    /// As headings say it.
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

/// One step.
#[derive(Clone, Serialize)]
pub(crate) struct Step {
    pub channel: Channel,
    /// A line, without the number.
    pub heading: String,
    /// Sentences: why it is done, who sees it, what came of it.
    pub text: Vec<String>,
    pub fields: Vec<Field>,
    /// Commands that show the same.
    pub commands: Vec<String>,
    /// Status, size and kind of the answer, where there is one.
    pub answer: Option<String>,
    /// How long the answer took, in milliseconds.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    pub took: Option<Duration>,
}

impl Step {
    /// Whether it is the address that a browser is sent to, where a person signs
    /// in. This program is no witness of that.
    pub(crate) fn is_for_a_browser(&self) -> bool {
        self.channel == Channel::Front && self.answer.is_none()
    }
}

/// One parameter on its way: its name, value, and what it is for. It has no
/// `Debug`: the value may be a credential.
#[derive(Clone)]
pub(crate) struct Field {
    /// The RFC's own name.
    pub name: Cow<'static, str>,
    /// As it is sent.
    pub value: String,
    /// One line for the learner.
    pub why: &'static str,
    /// Whether the value is a credential, which is shown nowhere.
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
    /// The value, or that it is hidden.
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
