//! Who sent what to whom: the arrows of the diagram, made from the steps.

use crate::oauth::grant::Grant;
use crate::transcript::step::{Answer, Channel, Step};

/// A participant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Lane {
    Person,
    Browser,
    /// With `--headless`: this program in place of the browser.
    Headless,
    Tokens,
    /// The sign-in server.
    Server,
    Api,
}

impl Lane {
    /// Its name, where the sign-in server is called `server`.
    pub(super) fn name(self, server: &str) -> &str {
        match self {
            Lane::Person => "person",
            Lane::Browser => "browser",
            Lane::Headless => "tokens as browser",
            Lane::Tokens => "tokens",
            Lane::Server => server,
            Lane::Api => "API",
        }
    }
}

/// Something sent from one participant to another; a step that `tokens` does
/// by itself goes from it to itself.
pub(super) struct Arrow {
    /// The number of its step; the page itself has none.
    pub step: Option<usize>,
    pub from: Lane,
    pub to: Lane,
    pub label: String,
    /// Whether it answers the arrow before.
    pub reply: bool,
    /// The CSS class of its channel.
    pub class: &'static str,
}

/// The arrows of all steps, in order.
pub(super) fn of(steps: &[Step], server: &str) -> Vec<Arrow> {
    let mut arrows = Vec::new();
    for (index, step) in steps.iter().enumerate() {
        let mut add = |from, to, label: String, reply| {
            let (step, class) = (Some(index + 1), step.channel.mark().0);
            arrows.push(Arrow {
                step,
                from,
                to,
                label,
                reply,
                class,
            });
        };
        let sent = label(step);
        match step.channel {
            Channel::Here => add(Lane::Tokens, Lane::Tokens, sent, false),
            Channel::Browser => {
                let shown = "the address of the sign-in page".into();
                add(Lane::Tokens, Lane::Browser, shown, false);
                // Whether the browser went there is known only from its return.
                let later = steps[index..].iter().find(|step| came_back(step));
                if let Some(later) = later {
                    add(Lane::Browser, Lane::Server, sent, false);
                    if later.has("code") {
                        let label =
                            format!("signs in on {server}'s page, unless already signed in");
                        add(Lane::Person, Lane::Server, label, false);
                    }
                    let label = format!("302 {}", names(later));
                    add(Lane::Server, Lane::Browser, label, true);
                }
            }
            Channel::Device => {
                let shown = "the address and the short code".into();
                add(Lane::Tokens, Lane::Person, shown, false);
                // Whether the person went there is known only from the tokens.
                if steps[index..].iter().any(|step| step.got("access_token")) {
                    let label = format!("enters user_code on {server}'s page, and signs in there");
                    add(Lane::Person, Lane::Server, label, false);
                }
            }
            Channel::Callback => add(Lane::Browser, Lane::Tokens, sent, false),
            Channel::Pasted => add(Lane::Person, Lane::Tokens, sent, false),
            Channel::Headless if step.answer.is_none() => {
                add(Lane::Headless, Lane::Tokens, sent, false);
            }
            Channel::Headless => pair(&mut add, Lane::Headless, Lane::Server, step),
            Channel::Back => pair(&mut add, Lane::Tokens, Lane::Server, step),
            Channel::Api => {
                add(Lane::Tokens, Lane::Api, sent, false);
                if let Some(answer) = &step.answer {
                    add(Lane::Api, Lane::Tokens, answer.status.clone(), true);
                }
            }
        }
    }
    if steps.iter().any(|step| step.channel == Channel::Callback) {
        arrows.push(Arrow {
            step: None,
            from: Lane::Tokens,
            to: Lane::Browser,
            label: "200 this page".into(),
            reply: true,
            class: "front",
        });
    }
    arrows
}

/// A request and its answer, if one came.
fn pair(add: &mut impl FnMut(Lane, Lane, String, bool), from: Lane, to: Lane, step: &Step) {
    add(from, to, label(step), false);
    if let Some(answer) = &step.answer {
        add(to, from, reply(answer), true);
    }
}

/// What happened, in everyday words.
pub(super) fn in_words(steps: &[Step], server: &str, grant: Grant) -> String {
    let mut words = Vec::new();
    let has_tokens = steps.iter().any(|step| step.got("access_token"));
    let answer = steps
        .iter()
        .find(|step| is_answer(step) && step.has("code"));
    if grant == Grant::ClientCredentials {
        words.push(
            "No person took part: this program asked in its own name, with its secret.".to_owned(),
        );
    } else if grant == Grant::DeviceCode && has_tokens {
        words.push(format!("You proved to {server} who you are, on a page of its own and perhaps on another device; this program never saw how."));
    } else if let Some(answer) = answer {
        words.push(if answer.channel == Channel::Headless {
            format!("This program filled in {server}'s sign-in form as the test user, which is why it knew the password; with a browser it never does.")
        } else {
            format!("You proved to {server} who you are, and this program never saw how.")
        });
    } else {
        words.push("The sign-in did not come to its end.".to_owned());
    }
    let (tokens, checked) = match grant {
        Grant::ClientCredentials => ("an access token", "it and showed it"),
        _ => ("tokens", "them and showed one"),
    };
    if has_tokens {
        words.push(format!("{server} gave this program {tokens}."));
    }
    if steps.iter().any(|step| step.channel == Channel::Api) {
        words.push(format!("It checked {checked} to the API."));
    }
    words.join(" ")
}

/// Whether the step is the answer to the authorization request.
fn is_answer(step: &Step) -> bool {
    came_back(step) || step.channel == Channel::Headless && step.answer.is_none()
}

fn came_back(step: &Step) -> bool {
    matches!(step.channel, Channel::Callback | Channel::Pasted)
}

fn names(step: &Step) -> String {
    let names: Vec<&str> = step.fields.iter().map(|field| &*field.name).collect();
    names.join(", ")
}

/// What is sent: the names of the parameters, or else the request itself.
fn label(step: &Step) -> String {
    let names = names(step);
    match step.channel {
        Channel::Here => step.heading.clone(),
        Channel::Api if step.has("DPoP") => {
            format!("{}, Authorization: DPoP …, DPoP: a proof", request(step))
        }
        Channel::Api => format!("{}, Authorization: Bearer …", request(step)),
        _ if names.is_empty() => request(step),
        _ if step.heading.starts_with("GET ") => format!("{}, {names}", request(step)),
        _ => names,
    }
}

/// Method and last part of the path.
fn request(step: &Step) -> String {
    let (method, url) = step.heading.split_once(' ').unwrap_or_default();
    let path = url.split('?').next().unwrap_or_default();
    let last = path.rsplit('/').next().unwrap_or_default();
    format!("{method} {last}")
}

/// What came back: the status, and the names of what it carries.
fn reply(answer: &Answer) -> String {
    const SHOWN: usize = 5;
    let code = answer.status.split(' ').next().unwrap_or_default();
    let names = &answer.names;
    let (shown, others) = names.split_at(names.len().min(SHOWN));
    match others.len() {
        _ if shown.is_empty() && answer.page => format!("{code} a page"),
        _ if shown.is_empty() => answer.status.clone(),
        0 => format!("{code} {}", shown.join(", ")),
        more => format!("{code} {} and {more} more", shown.join(", ")),
    }
}
