//! Waits outside the SDK: polling until something is consistent.

use std::time::Duration;

use common::{Result, interrupt};

/// A sequence of waits that grow up to a longest one, with a total limit.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    longest: Duration,
    left: Duration,
    jitter: bool,
}

impl Backoff {
    /// For a dependency that is not consistent yet: 0.25 s, then every 0.3 s,
    /// for up to 5 minutes. One interval is the most it adds to AWS's own time.
    pub fn poll() -> Backoff {
        Backoff {
            next: Duration::from_millis(250),
            longest: Duration::from_millis(300),
            left: Duration::from_secs(300),
            jitter: false,
        }
    }

    /// For repeated look-ups of what may appear late: 0.2 s doubling to 5 s,
    /// with jitter, for up to a minute.
    pub fn exponential() -> Backoff {
        Backoff {
            next: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            left: Duration::from_secs(60),
            jitter: true,
        }
    }

    /// For the look-up after a lost response: the call may still be in
    /// progress, so it starts with a second.
    pub fn after_lost_answer() -> Backoff {
        Backoff {
            next: Duration::from_secs(1),
            ..Backoff::exponential()
        }
    }

    /// Sets the total limit.
    pub fn up_to(mut self, limit: Duration) -> Backoff {
        self.left = limit;
        self
    }

    /// Waits; if the limit is reached, returns `false` without waiting.
    ///
    /// # Errors
    /// If a signal asks to stop meanwhile.
    pub async fn wait(&mut self) -> Result<bool> {
        let Some(mut wait) = self.next_wait() else {
            return Ok(false);
        };
        if self.jitter {
            wait = wait.mul_f64(rand::random_range(0.5..=1.0));
        }
        interrupt::or_stop(tokio::time::sleep(wait), "Stopped while waiting for AWS").await?;
        Ok(true)
    }

    /// Like [`wait`](Backoff::wait), but for no longer than `longest`, without
    /// jitter and without the total limit.
    ///
    /// # Errors
    /// If a signal asks to stop meanwhile.
    pub async fn wait_at_most(&mut self, longest: Duration) -> Result<()> {
        let wait = self.next.min(longest);
        self.next = (self.next * 2).min(self.longest);
        interrupt::or_stop(tokio::time::sleep(wait), "Stopped while waiting for AWS").await
    }

    fn next_wait(&mut self) -> Option<Duration> {
        let wait = self.next.min(self.left);
        self.left -= wait;
        self.next = (self.next * 2).min(self.longest);
        (!wait.is_zero()).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn polling_goes_on_at_one_pace_and_ends() {
        let mut backoff = Backoff::poll().up_to(Duration::from_millis(1000));
        let waits: Vec<Duration> = std::iter::from_fn(|| backoff.next_wait()).collect();
        assert_eq!(waits, [250, 300, 300, 150].map(Duration::from_millis));
    }
}
