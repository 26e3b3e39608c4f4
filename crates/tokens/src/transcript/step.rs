//! One step of a login: what was sent where and why, and what came back.

use std::time::Duration;

use serde::{Serialize, Serializer};

use crate::transcript::field::{Field, Secrecy};

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
            Channel::Front => "front channel (this program in place of the browser)",
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
            Channel::Back => "Seen only by this program and the sign-in server.",
            Channel::Api => "Seen only by this program and the API's gateway.",
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

/// Hides the code and the verifier of a login that got no tokens: together they
/// can still be exchanged. The commands that contain them go.
pub(crate) fn hide_unspent(steps: &mut [Step]) {
    let mut values = Vec::new();
    for field in steps.iter_mut().flat_map(|step| &mut step.fields) {
        if field.secrecy == Secrecy::OneTime {
            field.secrecy = Secrecy::Unspent;
            values.push(field.value.clone());
        }
    }
    for step in steps {
        step.commands
            .retain(|command| !values.iter().any(|value| command.contains(value)));
    }
}

fn milliseconds<S: Serializer>(took: &Option<Duration>, serializer: S) -> Result<S::Ok, S::Error> {
    match took {
        Some(took) => serializer.serialize_some(&took.as_millis()),
        None => serializer.serialize_none(),
    }
}
