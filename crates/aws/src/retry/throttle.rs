//! The pauses of a call that AWS could not take: how they grow, and when they end.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::Rng;

/// How long one call waits for AWS's quotas in all. The narrowest known one,
/// one DeleteRestApi in 30 s for a whole account, lets a class of 30 through
/// in half of that.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30 * 60);

/// Spread, so that those who were refused together do not come together again.
const JITTER: RangeInclusive<f64> = 0.5..=1.5;

/// Why AWS could not take a call, as far as the pause depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThrottleReason {
    /// Calls of this kind come too often in this account.
    Quota,
    /// Another change of the same resource is under way.
    Busy,
}

impl ThrottleReason {
    /// The pause before the next try, of a call that has waited for `waited`;
    /// `None` when it has waited long enough. `retry_after` is what AWS asked
    /// for: it is never called before.
    ///
    /// The pause grows by a thirtieth of the time waited, so that what is lost
    /// between the moment when a quota has room and the next try stays a small
    /// part of the whole wait, whatever the quota is; and 30 callers together
    /// soon need less than the 10 calls a second that API Gateway allows to all
    /// calls of an account. The tests show it for a class of 30.
    pub(crate) fn pause(
        self,
        waited: Duration,
        retry_after: Option<Duration>,
        random: &mut impl Rng,
    ) -> Option<Duration> {
        let left = MAX_WAIT
            .checked_sub(waited)
            .filter(|left| !left.is_zero())?;
        let grown = match self {
            ThrottleReason::Quota => {
                (Duration::from_secs(1) + waited / 30).min(Duration::from_secs(20))
            }
            ThrottleReason::Busy => {
                (Duration::from_millis(250) + waited / 10).min(Duration::from_secs(5))
            }
        };
        let pause = grown.mul_f64(random.random_range(JITTER));
        let asked = retry_after
            .map(|asked| asked + pause / 10)
            .unwrap_or_default();
        Some(pause.max(asked).min(left))
    }

    /// What is waited for.
    pub(crate) fn describe(self, operation: &str) -> String {
        match self {
            ThrottleReason::Quota => format!("Waiting: AWS limits {operation} for this account"),
            ThrottleReason::Busy => format!("Waiting: {operation} comes after another change"),
        }
    }
}
