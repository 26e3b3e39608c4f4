//! A sequence diagram: who sent what to whom. Each arrow links to its step.

use maud::{Markup, html};

use crate::transcript::step::{Channel, Step};

/// The participants and their x coordinates.
const NAMES: [(&str, i32); 5] = [
    ("Person", 60),
    ("Browser", 240),
    ("tokens", 450),
    ("Cognito", 680),
    ("API", 860),
];
const PERSON: i32 = 60;
const BROWSER: i32 = 240;
const TOKENS: i32 = 450;
const COGNITO: i32 = 680;
const API: i32 = 860;

/// The distance between two arrows, in SVG units.
const ROW: i32 = 68;

/// The whole diagram.
pub(super) fn section(steps: &[Step]) -> Markup {
    let height = 70 + ROW * i32::try_from(steps.len()).unwrap_or(0);
    let size = format!("0 0 920 {height}");
    html! {
        section {
            h2 id="diagram" { "Who sent what to whom" }
            p.dim {
                "Dashed: front channel, through the browser. Solid: back channel, straight from program to server. Thick: to the API. Each number leads to its step; the steps below say the same in words."
            }
            div.wide tabindex="0" role="region" aria-labelledby="diagram" {
                svg viewBox=(size) xmlns="http://www.w3.org/2000/svg" {
                    @for (name, x) in NAMES {
                        text.name x=(x) y="24" { (name) }
                        line.life x1=(x) y1="36" x2=(x) y2=(height) {}
                    }
                    @for (number, step) in (1..).zip(steps) { (arrow(number, step)) }
                }
            }
        }
    }
}

fn arrow(number: i32, step: &Step) -> Markup {
    let y = 36 + ROW * number;
    let (class, _) = step.channel.mark();
    let Some((from, to)) = ends(step) else {
        return here(number, step, y);
    };
    let label = format!("{number}. {}", label(step));
    let back = if to > from { -1 } else { 1 };
    let head = format!(
        "{to},{y} {},{} {},{}",
        to + 10 * back,
        y - 5,
        to + 10 * back,
        y + 5
    );
    html! {
        a href={ "#step-" (number) } {
            text.label x=((from + to) / 2) y=(y - 9) { (label) }
        }
        line.arrow.(class) x1=(from) y1=(y) x2=(to) y2=(y) {}
        polygon.head.(class) points=(head) {}
        @if let Some(answer) = &step.answer {
            line.arrow.reply.(class) x1=(to) y1=(y + 10) x2=(from) y2=(y + 10) {}
            text.label.reply-text x=((from + to) / 2) y=(y + 23) {
                (answer.split(':').next().unwrap_or_default())
            }
        }
        @if step.is_for_a_browser() {
            text.label x=((PERSON + COGNITO) / 2) y=(y + 23) { "user name and password, on Cognito's page only" }
            line.arrow.front x1=(PERSON) y1=(y + 30) x2=(COGNITO) y2=(y + 30) {}
            polygon.head.front points=(format!("{COGNITO},{0} {1},{2} {1},{3}", y + 30, COGNITO - 10, y + 25, y + 35)) {}
        }
    }
}

/// A step that this program does by itself, drawn as a box.
fn here(number: i32, step: &Step, y: i32) -> Markup {
    html! {
        rect.box x=(TOKENS - 150) y=(y - 24) width="300" height="30" rx="6" {}
        a href={ "#step-" (number) } {
            text.label x=(TOKENS) y=(y - 4) { (number) ". " (label(step)) }
        }
    }
}

/// The x coordinates of sender and receiver; `None` if nothing is sent.
fn ends(step: &Step) -> Option<(i32, i32)> {
    match step.channel {
        Channel::Here => None,
        Channel::Front => Some((BROWSER, COGNITO)),
        Channel::Callback => Some((BROWSER, TOKENS)),
        Channel::Back => Some((TOKENS, COGNITO)),
        Channel::Api => Some((TOKENS, API)),
    }
}

/// The names of the parameters, or else a short description.
fn label(step: &Step) -> String {
    let names: Vec<&str> = step.fields.iter().map(|field| &*field.name).collect();
    let label = match (names.is_empty(), step.channel) {
        (false, _) => names.join(", "),
        (true, Channel::Api) => "Authorization: Bearer …".to_owned(),
        (true, _) => {
            let parts = step.heading.split_once(": ");
            let text = parts.map_or(&*step.heading, |(_, text)| text);
            let path = text.rsplit_once('/').map_or(text, |(_, last)| last);
            path.split('?').next().unwrap_or_default().to_owned()
        }
    };
    shorten(&label, 62)
}

fn shorten(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
