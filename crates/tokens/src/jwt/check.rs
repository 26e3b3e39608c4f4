//! The checks of the tokens, and how they are described.

use common::text::printable;
use common::{Failure, Result};
use serde::Serialize;
use serde_json::Value;

use crate::jwt::decode::plain_text;

/// The result of a check.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Verdict {
    Ok,
    /// Optional and missing.
    Absent,
    /// Allowed, and worth knowing.
    Note,
    Fail,
}

/// One check of one token.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Check {
    pub token: &'static str,
    pub check: &'static str,
    pub expected: String,
    pub actual: String,
    pub verdict: Verdict,
    pub rule: &'static str,
}

impl Check {
    /// The same check, of something that is allowed and worth knowing.
    pub(crate) fn into_note(self) -> Check {
        let verdict = Verdict::Note;
        Check { verdict, ..self }
    }

    /// The check in one sentence, for errors and results.
    pub(crate) fn describe(&self) -> String {
        format!(
            "{} of {}: expected {}, got {} ({})",
            self.check,
            match self.token {
                "userinfo" => "the userinfo".to_owned(),
                "token" => "the token".to_owned(),
                which => format!("the {which} token"),
            },
            self.expected,
            printable(&self.actual),
            self.rule
        )
    }
}

/// Creates the checks of one token, which is named `id`, `access` or
/// `both`; or `token` for one of an unknown kind, or `userinfo`.
#[derive(Clone, Copy)]
pub(crate) struct TokenChecks(pub &'static str);

impl TokenChecks {
    /// A check that passes if `good`.
    pub(crate) fn check(
        self,
        check: &'static str,
        good: bool,
        expected: &str,
        actual: &str,
        rule: &'static str,
    ) -> Check {
        Check {
            token: self.0,
            check,
            expected: expected.to_owned(),
            actual: actual.to_owned(),
            verdict: if good { Verdict::Ok } else { Verdict::Fail },
            rule,
        }
    }

    /// The claim must be present and equal to `expected`.
    pub(crate) fn equal(
        self,
        check: &'static str,
        expected: &str,
        actual: Option<&Value>,
        rule: &'static str,
    ) -> Check {
        let good = actual.is_some_and(|value| value == expected);
        self.check(check, good, expected, &shown(actual), rule)
    }

    /// The claim may be missing, but if present must be equal to `expected`: one
    /// of another type is there, and wrong.
    pub(crate) fn equal_if_present(
        self,
        check: &'static str,
        expected: &str,
        actual: Option<&Value>,
        rule: &'static str,
    ) -> Check {
        match actual {
            Some(_) => self.equal(check, expected, actual, rule),
            None => self.absent(check, rule),
        }
    }

    /// A check of something optional that is missing.
    pub(crate) fn absent(self, check: &'static str, rule: &'static str) -> Check {
        Check {
            verdict: Verdict::Absent,
            ..self.check(check, true, "optional", "none", rule)
        }
    }
}

/// A claim's value, or `none` without one.
pub(crate) fn shown(value: Option<&Value>) -> String {
    value.map_or_else(|| "none".to_owned(), plain_text)
}

/// A time relative to `now`, both in seconds: "in 59 min", "3 s ago".
pub(crate) fn relative_time(time: Option<i64>, now: i64) -> String {
    let Some(time) = time else {
        return "none".to_owned();
    };
    match time.saturating_sub(now) {
        0 => "now".to_owned(),
        left @ 1.. => format!("in {}", span(left)),
        gone => format!("{} ago", span(gone.saturating_abs())),
    }
}

/// A number of seconds in words: "59 min", "3 s".
pub(crate) fn span(seconds: i64) -> String {
    match seconds {
        0..120 => format!("{seconds} s"),
        120..7200 => format!("{} min", seconds / 60),
        7200..172_800 => format!("{} h", seconds / 3600),
        _ => format!("{} days", seconds / 86_400),
    }
}

/// The checks that failed.
pub(crate) fn failed(checks: &[Check]) -> Vec<&Check> {
    checks
        .iter()
        .filter(|check| check.verdict == Verdict::Fail)
        .collect()
}

/// How many checks hold.
pub(crate) fn held(checks: &[Check]) -> usize {
    let holds = |check: &&Check| check.verdict == Verdict::Ok;
    checks.iter().filter(holds).count()
}

/// Makes sure that no check failed. `what` is said if one did: `The tokens failed
/// their checks`.
///
/// # Errors
/// Names the checks that failed, with `hint`.
pub(crate) fn ensure_none_failed(checks: &[Check], what: &str, hint: &str) -> Result<()> {
    let failed = failed(checks);
    if failed.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = failed.iter().map(|check| check.describe()).collect();
    Err(Failure::failed(format!("{what}: {}", list.join("; "))).with_hint(hint))
}
