//! A sequence diagram of the arrows, and on a phone the same as a list.

use maud::{Markup, html};

use super::arrows::{self, Arrow, Lane};
use crate::oauth::grant::Grant;
use crate::transcript::step::Step;

/// The size of a line of a label, and the space below it, in SVG units.
const LINE: i32 = 17;
const GAP: i32 = 24;

/// How many characters fit in a line of a label.
const CHARS: usize = 44;

/// The whole section; the sign-in server is called `server`.
pub(super) fn section(steps: &[Step], server: &str, grant: Grant) -> Markup {
    let arrows = arrows::of(steps, server);
    let lanes = lanes(&arrows);
    let mut y = 40;
    let drawn: Vec<Markup> = arrows
        .iter()
        .map(|arrow| {
            let lines = lines(&arrow.label);
            y += LINE * lines.len() as i32 + GAP;
            draw(arrow, &lines, &lanes, y)
        })
        .collect();
    let height = y + 20;
    html! {
        section {
            h2 id="diagram" { "Who sent what to whom" }
            p { (arrows::in_words(steps, server, grant)) }
            p.dim {
                @if grant.has_person() { "Here, tokens is this program, and " (server) " the server at which you sign in. The front channel is the browser. Its history, extensions and logs may see what passes through it, so nothing passes through it that gives access by itself. " }
                "The back channel goes straight from this program to a server. Each number leads to its step below."
            }
            div.drawing {
                p.dim { "Dashed: front channel. Solid: back channel. Thick: to the API. Thin: the answer." }
                svg viewBox=(format!("0 0 920 {height}")) xmlns="http://www.w3.org/2000/svg" aria-labelledby="diagram" {
                    @for (lane, x) in &lanes {
                        text.name x=(x) y="20" { (lane.name(server)) }
                        line.life x1=(x) y1="32" x2=(x) y2=(height) {}
                    }
                    @for arrow in drawn { (arrow) }
                }
            }
            ul.arrows { @for arrow in &arrows { (item(arrow, server)) } }
        }
    }
}

/// Those who took part, each with its x coordinate.
fn lanes(arrows: &[Arrow]) -> Vec<(Lane, i32)> {
    let all = [
        (Lane::Person, 70),
        (Lane::Browser, 230),
        (Lane::Headless, 230),
        (Lane::Tokens, 450),
        (Lane::Server, 670),
        (Lane::Api, 850),
    ];
    let took_part = |lane: Lane| arrows.iter().any(|a| a.from == lane || a.to == lane);
    all.into_iter()
        .filter(|(lane, _)| took_part(*lane))
        .collect()
}

/// An arrow whose line is at `y`, with the lines of its label above it.
fn draw(arrow: &Arrow, lines: &[String], lanes: &[(Lane, i32)], y: i32) -> Markup {
    let x = |lane: Lane| {
        lanes
            .iter()
            .find(|(l, _)| *l == lane)
            .map_or(0, |(_, x)| *x)
    };
    let (from, to) = (x(arrow.from), x(arrow.to));
    let middle = (from + to) / 2;
    let top = y - 8 - LINE * (lines.len() as i32 - 1);
    let text = html! {
        text.label x=(middle) y=(top) {
            @for (number, line) in lines.iter().enumerate() {
                tspan x=(middle) dy=(if number == 0 { 0 } else { LINE }) {
                    @if let (0, Some(step)) = (number, arrow.step) { (step) ". " }
                    (line)
                }
            }
        }
    };
    let back = if to > from { -9 } else { 9 };
    let head = format!("{to},{y} {0},{1} {0},{2}", to + back, y - 5, y + 5);
    let class = if arrow.reply { "reply" } else { "" };
    html! {
        @if from == to {
            rect.box x=(from - 160) y=(top - 15) width="320" height=(y - top + 17) rx="6" {}
        } @else {
            line.arrow.(arrow.class).(class) x1=(from) y1=(y) x2=(to) y2=(y) {}
            polygon.head.(arrow.class) points=(head) {}
        }
        @if let Some(step) = arrow.step { a href={ "#step-" (step) } { (text) } } @else { (text) }
    }
}

/// The arrow as a line of the list.
fn item(arrow: &Arrow, server: &str) -> Markup {
    let (from, to) = (arrow.from.name(server), arrow.to.name(server));
    html! {
        li.(arrow.class) {
            @if let Some(step) = arrow.step { a href={ "#step-" (step) } { (step) "." } " " }
            strong { (from) @if from != to { " → " (to) } }
            ": " (arrow.label)
        }
    }
}

/// The label in lines that fit; a word is never cut.
fn lines(label: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in label.split(' ') {
        let line = lines.last_mut().expect("there is a line");
        if !line.is_empty() && line.len() + word.len() >= CHARS {
            lines.push(word.to_owned());
        } else {
            let space = if line.is_empty() { "" } else { " " };
            line.push_str(space);
            line.push_str(word);
        }
    }
    lines
}
