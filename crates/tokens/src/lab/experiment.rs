//! The types that describe an experiment.

use std::future::Future;
use std::pin::Pin;

use common::Result;

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
    /// The name as printed.
    pub(crate) fn name(self) -> &'static str {
        match self {
            RefusedBy::Server => "sign-in server",
            RefusedBy::Client => "this client",
            RefusedBy::Gateway => "gateway",
        }
    }

    /// Who it is, within a sentence.
    pub(crate) fn with_article(self) -> &'static str {
        match self {
            RefusedBy::Server => "the sign-in server",
            RefusedBy::Client => "this client",
            RefusedBy::Gateway => "the gateway",
        }
    }
}

/// The logins that an experiment needs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Needs {
    Nothing,
    /// The login that all experiments share.
    Login,
    /// The shared login, and one with the scope `openid` only.
    OpenidOnly,
}

/// The result of an experiment.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Verdict {
    /// Refused by the right party, for the right reason.
    Pass,
    /// This cloud cannot show it, and why.
    NotShown(String),
    /// It was not refused, or for another reason; says what happened.
    Fail(String),
}

/// What was sent, what came back, and the verdict.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub request: String,
    pub answer: String,
    pub verdict: Verdict,
}

impl Outcome {
    /// Passed if `refused` for the reason under test; otherwise failed, and
    /// `otherwise` says what happened.
    pub(crate) fn judge(
        request: impl Into<String>,
        answer: impl Into<String>,
        refused: bool,
        otherwise: &str,
    ) -> Outcome {
        let verdict = if refused {
            Verdict::Pass
        } else {
            Verdict::Fail(otherwise.to_owned())
        };
        Outcome {
            request: request.into(),
            answer: answer.into(),
            verdict,
        }
    }

    /// This cloud cannot show it, and why.
    pub(crate) fn not_shown(why: impl Into<String>) -> Outcome {
        Outcome {
            request: "none".into(),
            answer: "none".into(),
            verdict: Verdict::NotShown(why.into()),
        }
    }
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Outcome>> + 'a>>;

/// Something wrong that an attacker or a mistaken client does.
pub(crate) struct Experiment {
    /// Its name on the command line.
    pub name: &'static str,
    /// Who must refuse it.
    pub refused_by: RefusedBy,
    pub needs: Needs,
    /// What is done, in a sentence.
    pub what: &'static str,
    /// The rule that forbids it.
    pub rule: &'static str,
    /// Runs the experiment.
    pub run: for<'a> fn(&'a mut Session<'_>) -> Running<'a>,
}
