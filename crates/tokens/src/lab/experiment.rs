//! What an experiment is.

use std::future::Future;
use std::pin::Pin;

use api_core::Result;

use super::session::Session;

/// Who must refuse an attack.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum RefusedBy {
    /// The sign-in server: Cognito.
    Server,
    /// This program.
    Client,
    /// The API's gateway with its JWT authorizer.
    Gateway,
}

impl RefusedBy {
    /// As it is printed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            RefusedBy::Server => "sign-in server",
            RefusedBy::Client => "this client",
            RefusedBy::Gateway => "gateway",
        }
    }
}

/// How an experiment ended.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Refused by the right one, for the right reason.
    Pass,
    /// This cloud cannot show it, and why.
    NotShown(String),
    /// It got through, or was stopped by something else; how.
    Fail(String),
}

/// What was sent, what came back, and how that is to be judged.
#[derive(Clone, Debug)]
pub(crate) struct Report {
    pub request: String,
    pub answer: String,
    pub verdict: Verdict,
}

impl Report {
    /// Passed if `refused` for the reason under test; `otherwise` says what
    /// happened if not.
    pub(crate) fn judge(
        request: impl Into<String>,
        answer: impl Into<String>,
        refused: bool,
        otherwise: &str,
    ) -> Report {
        Report {
            request: request.into(),
            answer: answer.into(),
            verdict: if refused {
                Verdict::Pass
            } else {
                Verdict::Fail(otherwise.to_owned())
            },
        }
    }

    /// This cloud cannot show it.
    pub(crate) fn not_shown(why: impl Into<String>) -> Report {
        Report {
            request: "none".into(),
            answer: "none".into(),
            verdict: Verdict::NotShown(why.into()),
        }
    }
}

type Running<'a> = Pin<Box<dyn Future<Output = Result<Report>> + 'a>>;

/// Something that an attacker or a mistaken client does.
pub(crate) struct Experiment {
    /// For the command line.
    pub name: &'static str,
    /// What is done, in a sentence.
    pub what: &'static str,
    /// Who must refuse it.
    pub refused_by: RefusedBy,
    /// By which rule.
    pub rule: &'static str,
    /// Does it.
    pub run: for<'a> fn(&'a mut Session<'_>) -> Running<'a>,
}
