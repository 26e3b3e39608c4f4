//! The pauses of a call refused for now: how they grow, and when they end.

use std::ops::RangeInclusive;
use std::time::Duration;

use rand::Rng;

/// How long one call waits for AWS's quotas in total. The lowest known one, one
/// DeleteRestApi per 30 s for a whole account, lets a class of 30 through in
/// half of that.
pub(crate) const MAX_WAIT: Duration = Duration::from_secs(30 * 60);

/// Random factor, so that callers refused together do not retry together.
const JITTER: RangeInclusive<f64> = 0.5..=1.5;

/// Why AWS refused a call for now, as far as the pause depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ThrottleReason {
    /// There are too many calls of this kind in the account.
    Quota,
    /// Another change of the same resource is in progress.
    Busy,
}

impl ThrottleReason {
    /// The pause before the next attempt of a call that has waited for
    /// `waited`; `None` after [`MAX_WAIT`]. `retry_after` is what AWS asked
    /// for: no attempt is made before.
    ///
    /// For a quota, it grows by a thirtieth of the time waited. So the time
    /// lost between the moment when the quota has room and the next attempt
    /// stays a small part of the whole wait, whatever the quota; and 30 callers
    /// soon make fewer than the 10 calls per second that API Gateway allows for
    /// all calls of an account. The tests show this for a class of 30.
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
        let asked = retry_after.map_or(Duration::ZERO, |asked| asked + pause / 10);
        Some(pause.max(asked).min(left))
    }

    /// Says what the call waits for.
    pub(crate) fn describe(self, operation: &str) -> String {
        match self {
            ThrottleReason::Quota => format!("Waiting: AWS limits {operation} for this account"),
            ThrottleReason::Busy => format!("Waiting: {operation} comes after another change"),
        }
    }
}
