//! What happened in a login, on one page: for the browser that the user signed
//! in with, and for a file that can be shared.
//!
//! Nothing on it gives access: signatures are cut short, codes and verifiers
//! are used up or hidden, and credentials are not shown.

mod arrows;
mod checks;
mod diagram;
mod dpop;
mod file;
mod lab;
mod links;
mod next;
mod steps;
mod tokens;
mod verify;

use common::Failure;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::api::ApiCall;
use crate::args::{GrantArgs, SignInArgs};
use crate::config::client::ClientConfig;
use crate::jwt::check;
use crate::oauth::grant::Grant;
use crate::oauth::token_set::CheckedTokens;
use crate::transcript::step::Step;

pub(crate) use file::{GENERATOR, check, check_wanted, write, write_wanted};
pub(crate) use lab::{LabRow, TwinRow, page as lab_page};
pub(crate) use verify::VerifyReport;

/// The stylesheet of all pages; the listener allows it by its hash.
pub(crate) const STYLE: &str = include_str!("style.css");

/// How a run that gets tokens went, whether or not it succeeded.
pub(crate) struct LoginReport<'a> {
    pub grant: Grant,
    /// Every step, in order.
    pub steps: &'a [Step],
    /// Where the tokens come from, and for which client.
    pub config: &'a ClientConfig,
    /// The tokens and their checks, if there are any.
    pub login: Option<&'a CheckedTokens>,
    /// The API's request and response, if the API was called.
    pub api_call: Option<&'a ApiCall>,
    /// What was asked of this program.
    pub args: &'a GrantArgs,
    /// What a person who has signed in asked for besides; `None` without a person.
    pub sign_in: Option<&'a SignInArgs>,
    /// Whether each step was shown in the terminal.
    pub explained: bool,
    /// Why the login failed, if it did.
    pub failure: Option<&'a Failure>,
}

impl LoginReport<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        let title = self.title();
        let server = &self.config.server;
        let granted = self
            .login
            .is_some_and(|login| login.scopes.iter().any(|scope| scope.contains('/')));
        let body = html! {
            main {
                (self.summary(title))
                (diagram::section(self.steps, &server.name, self.grant))
                (steps::section(self.steps))
                @if let Some(login) = self.login {
                    (tokens::section(login, self.revoked(), server.is_ours))
                    @if let Some(key) = &self.config.proof_key { (dpop::section(key)) }
                    (checks::section(&login.checks, self.steps))
                }
                @if let Some(call) = self.api_call { (checks::api_call(call)) }
                (next::section(self, granted))
            }
        };
        page(title, "", body)
    }

    /// Whether the refresh token was revoked.
    fn revoked(&self) -> bool {
        let mut revocations = self.steps.iter().filter(|step| step.has("token"));
        revocations.any(|step| step.answer.as_ref().is_some_and(|answer| answer.success))
    }

    fn title(&self) -> &'static str {
        match (self.failure, self.grant.has_person()) {
            (Some(_), true) => "Sign-in failed",
            (Some(_), false) => "No access",
            (None, true) if self.refused() => "Signed in, and refused by the API",
            (None, true) => "Signed in",
            (None, false) if self.refused() => "Access token received, and refused by the API",
            (None, false) => "Access token received",
        }
    }

    /// Whether the API refused the token.
    fn refused(&self) -> bool {
        let status = self.api_call.map(|call| call.response.status);
        status.is_some_and(|status| !status.is_success())
    }

    /// The outcome at a glance.
    fn summary(&self, title: &str) -> Markup {
        let good = self.failure.is_none() && !self.refused();
        html! {
            header.good[good] {
                h1 { (title) }
                @if let Some(failure) = self.failure {
                    (failed(failure))
                } @else if let Some(login) = self.login {
                    p {
                        @if self.grant.has_person() { "You are signed in as " (login.tokens.username()) "." }
                        @else { "This program has an access token of its own, as the client " (self.config.client_id) "." }
                        @if login.tokens.id.is_some() { " The tokens have been checked." } @else { " The token has been checked." }
                    }
                }
                ul.facts {
                    @if let Some(login) = self.login {
                        @let failed = check::failed(&login.checks).len();
                        @let held = check::held(&login.checks);
                        li { (held) " checks hold, " (failed) " failed" }
                    }
                    @if let Some(call) = self.api_call {
                        li { "the API said " (call.response.status.as_u16()) " " (shortened(&call.response.text())) }
                    }
                    li { (self.steps.len()) " steps" }
                }
                p.hint {
                    "You can close this window and go back to the terminal. Whoever sees this page learns "
                    @if self.grant.has_person() { "how this login went and what the tokens say about you" } @else { "how this went and what the token says" }
                    ", but gets no access: "
                    @if self.grant.has_person() { "what works once is spent or hidden, and signatures are cut short" } @else { "secrets are not on it, and signatures are cut short" }
                    ". The page loads nothing and runs nothing."
                }
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

/// Why a run failed, and what to do.
fn failed(failure: &Failure) -> Markup {
    html! {
        p.bad { (failure.to_string()) }
        @if let Some(hint) = failure.hint() { p.hint { "Next: " (hint) } }
        @for other in failure.others() { (failed(other)) }
    }
}

/// The first 60 characters of the API's response, without control characters.
fn shortened(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(60).collect()
}
