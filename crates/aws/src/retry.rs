//! When to call again, and how long to wait before.

use std::time::Duration;

use api_core::{Result, interrupt};
use aws_smithy_runtime_api::client::interceptors::context::InterceptorContext;
use aws_smithy_runtime_api::client::retries::ErrorKind;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_types::retry::RetryConfig;

/// How often the SDK tries a call that may be repeated, and for how long it
/// waits in between: 8 tries, 0.2 s doubling to 5 s, with jitter.
pub fn sdk_retries() -> RetryConfig {
    RetryConfig::standard()
        .with_max_attempts(8)
        .with_initial_backoff(Duration::from_millis(200))
        .with_max_backoff(Duration::from_secs(5))
}

/// API Gateway and others serialise the changes of one resource and answer
/// "try again later" with a conflict, which the SDK takes for final.
#[derive(Debug)]
pub struct TryAgainLater;

impl ClassifyRetry for TryAgainLater {
    fn classify_retry(&self, ctx: &InterceptorContext) -> RetryAction {
        let Some(response) = ctx.response() else {
            return RetryAction::NoActionIndicated;
        };
        let body = response.body().bytes().unwrap_or_default();
        let body = String::from_utf8_lossy(body).to_lowercase();
        let busy = [
            "try again later",
            "cannot be performed at this time",
            "concurrentmodification",
            "operationaborted",
        ];
        let quota = body.contains("limitexceeded");
        match response.status().is_client_error()
            && !quota
            && busy.iter().any(|text| body.contains(text))
        {
            true => RetryAction::retryable_error(ErrorKind::ThrottlingError),
            false => RetryAction::NoActionIndicated,
        }
    }

    fn name(&self) -> &'static str {
        "TryAgainLater"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::http_status_code_classifier())
    }
}

/// A row of waits: each longer than the one before, up to a limit.
#[derive(Debug)]
pub struct Backoff {
    next: Duration,
    longest: Duration,
    left: Duration,
    jitter: bool,
}

impl Backoff {
    /// For a dependency that is not consistent yet: 0.25 s, then every 0.3 s,
    /// for up to 5 minutes. That is how much it adds to AWS's own time at most.
    pub fn poll() -> Backoff {
        Backoff {
            next: Duration::from_millis(250),
            longest: Duration::from_millis(300),
            left: Duration::from_secs(300),
            jitter: false,
        }
    }

    /// For a call that AWS could not take or whose answer was lost: 0.2 s
    /// doubling to 5 s, with jitter, for up to a minute.
    pub fn back_off() -> Backoff {
        Backoff {
            next: Duration::from_millis(200),
            longest: Duration::from_secs(5),
            left: Duration::from_secs(60),
            jitter: true,
        }
    }

    /// For the look-up after an answer was lost: the call may still be under
    /// way, so it begins with a second.
    pub fn after_lost_answer() -> Backoff {
        Backoff {
            next: Duration::from_secs(1),
            ..Backoff::back_off()
        }
    }

    /// Ends waiting after `limit` in all.
    pub fn up_to(mut self, limit: Duration) -> Backoff {
        self.left = limit;
        self
    }

    /// Waits; `false` when the limit is reached, without waiting.
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

    /// Waits as [`wait`](Backoff::wait) does, but for no longer than `longest`.
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
        let waits = std::iter::from_fn(|| backoff.next_wait());
        let waits: Vec<u128> = waits.map(|wait| wait.as_millis()).collect();
        assert_eq!(waits, [250, 300, 300, 150]);
    }
}
