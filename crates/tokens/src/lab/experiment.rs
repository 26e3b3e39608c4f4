//! The types that describe an experiment.

use std::fmt;
use std::future::Future;
use std::pin::Pin;

use common::Result;

use super::session::Session;
use super::twins::Twin;
use crate::jwt::check::Check;

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
    /// A login whose request has lost its `code_challenge`. Its scope is `openid`,
    /// so that its token serves the experiments above too.
    Unprotected,
}

impl Needs {
    /// Whether the login with all scopes is needed.
    pub(crate) fn shared_login(self) -> bool {
        matches!(self, Needs::Login | Needs::OpenidOnly)
    }
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
    /// Empty if nothing was sent.
    pub request: String,
    /// Empty if nothing came back.
    pub answer: String,
    pub verdict: Verdict,
    /// What became of the same attack on a careless twin.
    pub twin: Option<Twin>,
    /// The check that the attack fails at, in one sentence.
    pub check: Option<String>,
    /// What attacker and victim do, in turn.
    pub sides: &'static [(&'static str, &'static str)],
}

impl Outcome {
    /// Passed if `refused` for the reason under test; otherwise failed, and
    /// `otherwise` says what happened.
    pub(crate) fn judge(
        request: impl fmt::Display,
        answer: impl fmt::Display,
        refused: bool,
        otherwise: &str,
    ) -> Outcome {
        let verdict = if refused {
            Verdict::Pass
        } else {
            Verdict::Fail(otherwise.to_owned())
        };
        Outcome {
            request: request.to_string(),
            answer: answer.to_string(),
            verdict,
            twin: None,
            check: None,
            sides: &[],
        }
    }

    /// This cloud cannot show it, and why.
    pub(crate) fn not_shown(why: impl Into<String>) -> Outcome {
        Outcome {
            request: String::new(),
            answer: String::new(),
            verdict: Verdict::NotShown(why.into()),
            twin: None,
            check: None,
            sides: &[],
        }
    }

    /// An emulator that lets the attack through lacks a rule, which says nothing
    /// about AWS: then it is not shown, and `why` says so.
    pub(crate) fn unless_emulated(self, emulated: bool, why: &str) -> Outcome {
        match self.verdict {
            Verdict::Fail(_) if emulated => Outcome {
                verdict: Verdict::NotShown(why.to_owned()),
                ..self
            },
            _ => self,
        }
    }

    /// Adds what became of the attack on the twin. If the twin withstood it, a
    /// refusal proves nothing.
    pub(crate) fn with_twin(self, twin: Twin) -> Outcome {
        let verdict = match self.verdict {
            Verdict::Pass if !twin.succeeded => {
                let why = format!("the careless twin withstood it too ({})", twin.got);
                Verdict::NotShown(why)
            }
            verdict => verdict,
        };
        Outcome {
            verdict,
            twin: Some(twin),
            ..self
        }
    }

    /// Adds the check that the attack fails at.
    pub(crate) fn at_check(self, check: Option<&Check>) -> Outcome {
        Outcome {
            check: check.map(Check::describe),
            ..self
        }
    }
}

impl Experiment {
    /// Who refuses it and why: the right answer in the quiz.
    pub(crate) fn who_and_why(&self) -> String {
        let why = self.rule.split_once(": ").map_or("", |(_, why)| why);
        format!("{}: {why}", self.refused_by.with_article())
    }
}

pub(crate) type Running<'a> = Pin<Box<dyn Future<Output = Result<Outcome>> + 'a>>;

/// Something wrong that an attacker or a mistaken client does.
pub(crate) struct Experiment {
    /// Its name on the command line.
    pub name: &'static str,
    pub refused_by: RefusedBy,
    pub needs: Needs,
    /// What is done, in a sentence.
    pub what: &'static str,
    /// The rule that forbids it, a colon, and what it says.
    pub rule: &'static str,
    /// Two experiments whose answers are wrong here, for the quiz.
    pub unlike: [&'static str; 2],
    pub run: for<'a> fn(&'a mut Session<'_>) -> Running<'a>,
}
