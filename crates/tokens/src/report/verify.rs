//! The page of `tokens verify`.

use common::Failure;
use maud::html;

use super::{checks, failed, page, steps, tokens};
use crate::jwt::check::Check;
use crate::jwt::decode::Jwt;
use crate::transcript::step::Step;

/// What came of a verification.
pub(crate) struct VerifyReport<'a> {
    pub steps: &'a [Step],
    /// The token, if there was one to read.
    pub token: Option<&'a Jwt>,
    pub checks: &'a [Check],
    /// Why it was not accepted, if it was not.
    pub failure: Option<&'a Failure>,
}

impl VerifyReport<'_> {
    /// The whole page.
    pub(crate) fn html(&self) -> String {
        let title = match self.failure {
            Some(_) => "Token not accepted",
            None => "Token accepted",
        };
        let body = html! {
            main {
                header.good[self.failure.is_none()] {
                    h1 { (title) }
                    @if let Some(failure) = self.failure { (failed(failure)) }
                    p.hint { "The token stayed on this machine: only the issuer's public keys were fetched. Its signature is cut short here, so this page gives no access. The page loads nothing and runs nothing." }
                }
                @if let Some(token) = self.token {
                    section {
                        h2 { "The token" }
                        (tokens::token("token", "Header, payload and signature", token, self.checks))
                    }
                }
                @if !self.checks.is_empty() {
                    section {
                        h2 id="checks" { "The checks" }
                        (checks::table(self.checks))
                    }
                }
                (steps::section(self.steps))
            }
        };
        page(title, "", body)
    }
}
