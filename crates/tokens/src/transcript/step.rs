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
    /// From this program through the browser to the sign-in server.
    Browser,
    /// With `--headless`, from this program in place of the browser.
    Headless,
    /// From the browser to this program.
    Callback,
    /// Pasted into the terminal by the person.
    Pasted,
    /// From the person to the sign-in server, on another device.
    Device,
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
            Channel::Browser | Channel::Callback | Channel::Pasted => "front channel",
            Channel::Headless => "front channel (this program in place of the browser)",
            Channel::Device => "on another device",
            Channel::Back => "back channel",
            Channel::Api => "to the API",
        }
    }

    /// Who can see what is sent.
    pub(crate) fn who_sees(self) -> &'static str {
        match self {
            Channel::Here => "Seen by nobody.",
            Channel::Browser => {
                "Seen by the browser, its history and extensions, and the sign-in server."
            }
            Channel::Headless => "Seen by this program and the sign-in server.",
            Channel::Callback | Channel::Pasted => {
                "Seen by the browser, its history and this program."
            }
            Channel::Device => {
                "Seen by whoever sees this terminal, by the other device, and the sign-in server."
            }
            Channel::Back => "Seen only by this program and the sign-in server.",
            Channel::Api => "Seen only by this program and the API's gateway.",
        }
    }
}

/// One step of a login.
#[derive(Clone, Serialize)]
pub(crate) struct Step {
    pub channel: Channel,
    /// One line, without number and channel.
    pub heading: String,
    /// Sentences: why it is done, who sees it, and what the result is.
    pub text: Vec<String>,
    pub fields: Vec<Field>,
    /// Shell commands that reproduce the step.
    pub commands: Vec<String>,
    /// The response, if there is one.
    pub answer: Option<Answer>,
}

impl Step {
    /// Whether a parameter of this name was sent.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|field| field.name == name)
    }

    /// Whether a successful answer had something of this name.
    pub(crate) fn got(&self, name: &str) -> bool {
        let answer = self.answer.as_ref().filter(|answer| answer.success);
        answer.is_some_and(|answer| answer.names.iter().any(|n| n == name))
    }
}

/// What came back, without its body, which may contain tokens.
#[derive(Clone, Serialize)]
pub(crate) struct Answer {
    /// For example `200 OK`.
    pub status: String,
    /// Whether the status is one of success.
    pub success: bool,
    /// The names of what came: members of a JSON object, or the parameters of
    /// the address that a redirect leads to.
    pub names: Vec<String>,
    /// Size and content type of the body.
    pub body: String,
    /// Whether the body is a page for a browser.
    #[serde(skip)]
    pub page: bool,
    /// How long the response took; serialized in milliseconds.
    #[serde(rename = "took_ms", serialize_with = "milliseconds")]
    pub took: Duration,
}

/// Hides a code that was not exchanged, and its verifier: together they still
/// give tokens. The commands that contain them go.
pub(crate) fn hide_unspent(steps: &mut [Step]) {
    let one_time = |field: &Field| field.secrecy == Secrecy::OneTime;
    // The code is spent once the token endpoint has answered it with tokens.
    let mut answered = steps.iter().filter(|step| step.got("access_token"));
    if answered.any(|step| step.fields.iter().any(one_time)) {
        return;
    }
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

fn milliseconds<S: Serializer>(took: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_u128(took.as_millis())
}
