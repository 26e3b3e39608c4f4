//! Calls that may still take effect: noted in state.json before each call that
//! makes something, and taken out with the answer.
//!
//! AWS's creating calls here take no idempotency token. When a program dies, or
//! an answer is lost, the call goes on inside AWS and takes effect seconds
//! later. The note says so to whoever comes next.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

/// How long after it began a call may still take effect, and what it made may
/// be missing from AWS's lists.
///
/// AWS publishes no figure. API Gateway ends each of its own calls after 29 s,
/// and no service here answers later than that when it answers at all.
pub const SETTLE_TIME: Duration = Duration::from_secs(30);

/// When each call began that has not been answered, by AWS's operation name:
/// milliseconds since 1970.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UnderWay(BTreeMap<String, u64>);

impl UnderWay {
    /// Notes that the call begins now.
    pub fn begin(&mut self, operation: &str) {
        self.0.insert(operation.to_owned(), now());
    }

    /// Whether the call is noted.
    pub fn has(&self, operation: &str) -> bool {
        self.0.contains_key(operation)
    }

    /// Takes the note out: the call was answered, or was never sent.
    pub fn end(&mut self, operation: &str) {
        self.0.remove(operation);
    }

    /// Whether no call is noted.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For how long the call may still take effect; `None` when it was not
    /// noted, or began too long ago. `settle` is [`SETTLE_TIME`] but for tests.
    pub fn left(&self, operation: &str, settle: Duration) -> Option<Duration> {
        left(*self.0.get(operation)?, limit(operation, settle))
    }
}

fn limit(operation: &str, settle: Duration) -> Duration {
    match operation {
        // Sending the zip may take a minute on a slow line: only then does AWS begin.
        "CreateFunction" => settle * 3,
        _ => settle,
    }
}

/// What is left of `limit` since `began`. A clock that was put back since then
/// makes it wait for the whole limit, not longer.
pub(crate) fn left(began: u64, limit: Duration) -> Option<Duration> {
    let passed = Duration::from_millis(now().saturating_sub(began));
    limit.checked_sub(passed).filter(|left| !left.is_zero())
}

/// Milliseconds since 1970.
pub(crate) fn now() -> u64 {
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
