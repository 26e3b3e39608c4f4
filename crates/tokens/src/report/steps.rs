//! The steps, each with its parameters and the command that reproduces it.

use maud::{Markup, html};

use super::links::linked;
use crate::transcript::step::{Channel, Step};

impl Channel {
    /// The CSS class, and the word shown beside the colour.
    pub(super) fn mark(self) -> (&'static str, &'static str) {
        match self {
            Channel::Here => ("here", "here"),
            Channel::Front | Channel::Callback => ("front", "front channel"),
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
            @for (number, step) in (1..).zip(steps) { (one(number, step)) }
        }
    }
}

fn one(number: usize, step: &Step) -> Markup {
    let (class, word) = step.channel.mark();
    html! {
        details id={ "step-" (number) } open[is_lesson(step)] {
            summary {
                h3 { (number) ". " (heading(step)) }
                " " span.tag.(class) { (word) }
            }
            @for line in &step.text { p { (linked(line)) } }
            @if !step.fields.is_empty() {
                dl {
                    @for field in &step.fields {
                        dt { strong { (field.name) } " = " (field.shown()) }
                        dd { (linked(field.why)) }
                    }
                }
            }
            @for command in &step.commands { pre { "$ " (command) } }
            @if let Some(answer) = &step.answer {
                p.mono {
                    "answer: " (answer)
                    @if let Some(took) = step.took { " after " (took.as_millis()) " ms" }
                }
            }
        }
    }
}

/// The heading without the channel, which is shown beside it, and without the
/// parameters, which are shown below.
fn heading(step: &Step) -> &str {
    let parts = step.heading.split_once(": ");
    let text = parts.map_or(&*step.heading, |(_, rest)| rest);
    text.split('?').next().unwrap_or_default()
}

/// Whether the step is initially expanded: local steps such as PKCE, the
/// request with state and nonce, and the callback.
fn is_lesson(step: &Step) -> bool {
    matches!(step.channel, Channel::Here | Channel::Callback) || step.is_for_a_browser()
}
