//! The steps, each with its parameters and the command that reproduces it.

use maud::{Markup, html};

use super::links::linked;
use crate::transcript::field::Without;
use crate::transcript::step::{Channel, Step};

impl Channel {
    /// The CSS class, and the word shown beside the colour.
    pub(super) fn mark(self) -> (&'static str, &'static str) {
        match self {
            Channel::Here => ("here", "in this program"),
            Channel::Browser | Channel::Headless | Channel::Callback | Channel::Pasted => {
                ("front", "front channel")
            }
            Channel::Device => ("front", "on another device"),
            Channel::Back => ("back", "back channel"),
            Channel::Api => ("api", "to the API"),
        }
    }
}

/// All steps.
pub(super) fn section(steps: &[Step]) -> Markup {
    html! {
        section {
            h2 { "Step by step" }
            p { "What was done, why, and who could see it. \"Without it\" says what an attacker could do if that part were missing, and \"Try it\" how to see that for yourself." }
            @for (number, step) in (1..).zip(steps) { (one(number, step)) }
        }
    }
}

fn one(number: usize, step: &Step) -> Markup {
    let (class, word) = step.channel.mark();
    // The parameters of an address are shown below, one by one.
    let heading = step.heading.split('?').next().unwrap_or_default();
    html! {
        details id={ "step-" (number) } open[is_lesson(step)] {
            summary {
                h3 { (number) ". " (heading) }
                " " span.tag.(class) { (word) }
            }
            @for line in &step.text { p { (linked(line)) } }
            @if !step.fields.is_empty() {
                dl {
                    @for field in &step.fields {
                        dt { strong { (field.name) } " = " (field.shown()) }
                        dd {
                            (linked(field.why))
                            @if let Some(lack) = field.without { (without(lack)) }
                        }
                    }
                }
            }
            @for command in &step.commands { pre { "$ " (command) } }
            @if let Some(answer) = &step.answer {
                p.mono { "answer: " (answer.status) " after " (answer.took.as_millis()) " ms: " (answer.body) }
                @if !answer.names.is_empty() { p.mono { "with " (answer.names.join(", ")) } }
            }
        }
    }
}

/// What an attacker could do without a protection, and how to see it.
pub(super) fn without(without: Without) -> Markup {
    html! {
        p.without {
            strong { "Without it: " } (without.text)
            @if let Some(command) = without.command() { " Try it: " code { (command) } }
        }
    }
}

/// Whether the step is initially expanded: PKCE, the checks, the request with
/// state and nonce, and its answer.
fn is_lesson(step: &Step) -> bool {
    step.answer.is_none() || step.channel == Channel::Headless
}
