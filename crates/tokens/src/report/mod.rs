//! What happened in a login, on one page: for the browser that the user signed
//! in with, and for a file that can be shared.
//!
//! Nothing on it gives access: signatures are cut short, codes and verifiers
//! are used up or hidden, and credentials are not shown.

mod checks;
mod diagram;
mod file;
mod lab;
mod links;
mod steps;
mod tokens;

use common::Failure;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::ApiCall;
use crate::jwt::check::{Verdict, failed};
use crate::oauth::token_set::CheckedTokens;
use crate::transcript::step::{Step, hide_unspent};

pub(crate) use file::{check, write};
pub(crate) use lab::{LabRow, page as lab_page};

/// The stylesheet of all pages; the listener allows it by its hash.
pub(crate) const STYLE: &str = include_str!("style.css");

/// How a login went, whether or not it succeeded.
pub(crate) struct LoginReport<'a> {
    /// Every step, in order.
    pub steps: &'a [Step],
    /// The tokens and their checks, if there are any.
    pub login: Option<&'a CheckedTokens>,
    /// The API's request and response, if the API was called.
    pub api_call: Option<&'a ApiCall>,
    /// Why the login failed, if it did.
    pub failure: Option<&'a Failure>,
}

impl LoginReport<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        let title = self.title();
        let mut steps = self.steps.to_vec();
        if self.login.is_none() {
            hide_unspent(&mut steps);
        }
        let body = html! {
            main {
                (self.summary(title))
                (diagram::section(&steps))
                (steps::section(&steps))
                @if let Some(login) = self.login {
                    (tokens::section(login))
                    (checks::section(&login.checks))
                }
                @if let Some(call) = self.api_call { (checks::api_call(call)) }
                (what_next())
            }
        };
        page(title, "", body)
    }

    fn title(&self) -> &'static str {
        match (self.failure, self.api_call.map(|call| call.response.status)) {
            (Some(_), _) => "Sign-in failed",
            (None, Some(status)) if !status.is_success() => "Signed in, and refused by the API",
            _ => "Signed in",
        }
    }

    /// The outcome at a glance.
    fn summary(&self, title: &str) -> Markup {
        let good = title == "Signed in";
        html! {
            header.good[good] {
                h1 { (title) }
                @if let Some(failure) = self.failure {
                    p.bad { (failure.to_string()) }
                    @if let Some(hint) = failure.hint() { p.hint { "Next: " (hint) } }
                } @else if let Some(login) = self.login {
                    p { "You are signed in as " (login.tokens.username()) ". The tokens have been checked." }
                }
                ul.facts {
                    @if let Some(login) = self.login {
                        @let failed = failed(&login.checks).len();
                        @let held = login.checks.iter().filter(|check| check.verdict == Verdict::Ok).count();
                        li { (held) " checks hold, " (failed) " failed" }
                    }
                    @if let Some(call) = self.api_call {
                        li { "the API said " (call.response.status.as_u16()) " " (shortened(&call.response.text())) }
                    }
                    li { (self.steps.len()) " steps" }
                }
                p.hint { "You can close this window and go back to the terminal. This page loads nothing and runs nothing. Nothing on it gives access: a code and its verifier are spent or hidden, and signatures are cut short." }
            }
        }
    }
}

/// Wraps a body in a page with the stylesheet. Control characters, which do not
/// belong on a page, are replaced.
pub(crate) fn page(title: &str, class: &str, body: Markup) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="generator" content=(file::GENERATOR);
                title { (title) }
                style { (PreEscaped(STYLE)) }
            }
            body class=(class) { (body) }
        }
    };
    let steers = |c: char| c.is_control() && c != '\n';
    page.into_string().replace(steers, "\u{fffd}")
}

fn what_next() -> Markup {
    html! {
        section {
            h2 { "What to try next" }
            ul {
                li { code { "SCOPES=\"openid\" make request" } " asks for less: the API answers 403." }
                li { code { "make lab" } " breaks the protocol on purpose, twenty times, and shows who refuses." }
                li { code { "cargo run --bin tokens -- --refresh --userinfo --logout" } " shows what comes after a login." }
            }
        }
    }
}

/// The first 60 characters of the API's response, without control characters.
fn shortened(text: &str) -> String {
    let line: String = text.chars().filter(|c| !c.is_control()).take(60).collect();
    line
}
