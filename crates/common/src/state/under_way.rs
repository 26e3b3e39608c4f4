//! Calls that may still take effect: each call that creates something is
//! recorded in state.json before it is sent, and removed with its response.
//!
//! The create operations used here take no idempotency token. If a program dies
//! or a response is lost, the call goes on inside AWS and takes effect seconds
//! later. The record in state.json tells the next run.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How long after its start a call may still take effect, and what it created
/// may be missing from AWS's lists.
///
/// AWS publishes no figure. API Gateway ends each of its own calls after 29 s,
/// and no service used here responds later than that, if it responds at all.
pub const SETTLE_TIME: Duration = Duration::from_secs(30);

/// The start times of calls without a response, in milliseconds since 1970, by AWS's
/// operation name; where there are several of what it makes, with which one it is
/// behind a space: `CreateRoute GET /hello`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnderWay(BTreeMap<String, u64>);

impl UnderWay {
    /// Records that the call begins now.
    pub fn begin(&mut self, operation: &str) {
        self.0.insert(operation.to_owned(), now());
    }

    /// Records a call that began then, unless it is recorded already.
    pub(crate) fn keep(&mut self, operation: &str, since: u64) {
        self.0.entry(operation.to_owned()).or_insert(since);
    }

    /// When the call began, in milliseconds since 1970.
    pub fn since(&self, operation: &str) -> Option<u64> {
        self.0.get(operation).copied()
    }

    /// The names of the calls of an operation.
    pub(crate) fn of(&self, operation: &str) -> Vec<String> {
        let is_of = |call: &&String| call.split(' ').next() == Some(operation);
        self.0.keys().filter(is_of).cloned().collect()
    }

    /// Records a call under another name.
    pub(crate) fn rename(&mut self, call: &str, name: String) {
        if let Some(since) = self.0.remove(call) {
            self.0.insert(name, since);
        }
    }

    /// Removes the call: it got a response, or was never sent.
    pub fn end(&mut self, operation: &str) {
        self.0.remove(operation);
    }

    /// Whether no call is recorded.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How much longer the call may take effect; `None` if it is not recorded
    /// or began too long ago. `settle` is [`SETTLE_TIME`] except in tests.
    pub fn left(&self, operation: &str, settle: Duration) -> Option<Duration> {
        let limit = match operation {
            // AWS begins after the upload, which may take a minute on a slow line.
            "CreateFunction" => settle * 3,
            _ => settle,
        };
        left(self.since(operation)?, limit)
    }
}

/// What is left of `limit` since `began` (milliseconds since 1970). If the
/// clock was set back since then, it is the whole limit, not more.
pub(crate) fn left(began: u64, limit: Duration) -> Option<Duration> {
    let passed = Duration::from_millis(now().saturating_sub(began));
    limit.checked_sub(passed).filter(|left| !left.is_zero())
}

/// Milliseconds since 1970.
pub fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis().try_into().unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_holds_until_its_time_is_over() {
        let mut calls = UnderWay::default();
        assert_eq!(calls.left("CreateApi", SETTLE_TIME), None);
        calls.begin("CreateApi");
        let left = calls.left("CreateApi", SETTLE_TIME).unwrap();
        assert!(left <= SETTLE_TIME && left > SETTLE_TIME / 2, "{left:?}");
        calls.begin("CreateFunction");
        let left = calls.left("CreateFunction", SETTLE_TIME).unwrap();
        assert!(left > SETTLE_TIME, "the zip is sent first: {left:?}");
        calls.end("CreateApi");
        assert_eq!(calls.left("CreateApi", SETTLE_TIME), None);
    }

    #[test]
    fn a_clock_that_was_put_back_makes_nobody_wait_longer() {
        assert_eq!(left(now() + 3_600_000, SETTLE_TIME), Some(SETTLE_TIME));
        assert_eq!(left(now() - 30_000, SETTLE_TIME), None);
    }
}
