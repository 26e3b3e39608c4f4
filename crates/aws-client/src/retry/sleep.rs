//! The pause before a retry: shown on the console, ended at once by a signal.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws_sdk_sts::config::{AsyncSleep, Sleep};
use common::console::WaitNotice;
use common::interrupt;
use tokio::time::Instant;

/// What a call waits for, and since when, over all its attempts.
#[derive(Clone, Debug)]
pub(crate) struct Wait {
    since: Instant,
    told: Arc<Mutex<WaitNotice>>,
}

impl Wait {
    /// A wait that begins now.
    pub(crate) fn new(told: WaitNotice) -> Wait {
        Wait {
            since: Instant::now(),
            told: Arc::new(Mutex::new(told)),
        }
    }

    /// How long it has lasted.
    pub(crate) fn waited(&self) -> Duration {
        self.since.elapsed()
    }

    fn tell(&self) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        told.tell(self.waited());
    }
}

/// A pause that [`RetryInterceptor`](super::RetryInterceptor) has decided on.
#[derive(Clone, Debug)]
pub(crate) struct Pause {
    /// How long.
    pub length: Duration,
    /// What it waits for, if that is to be shown.
    pub wait: Option<Wait>,
}

/// The SDK's sleep. It serves timeouts, which must not end early, and pauses
/// between attempts, which a signal ends: no call is made after it.
///
/// The SDK's own backoff is set to zero, so a sleep of zero length is a pause
/// between attempts. It is requested right after the decision: nothing else
/// runs in between, as all calls are made on one thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct RetrySleep(Arc<Mutex<Option<Pause>>>);

impl RetrySleep {
    /// Sets the next pause.
    pub(crate) fn set_next(&self, pause: Pause) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(pause);
    }

    fn take_next(&self) -> Option<Pause> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl AsyncSleep for RetrySleep {
    fn sleep(&self, duration: Duration) -> Sleep {
        let between_tries = duration.is_zero().then(|| self.take_next()).flatten();
        match between_tries {
            Some(pause) => Sleep::new(keep(pause)),
            None => Sleep::new(tokio::time::sleep(duration)),
        }
    }
}

async fn keep(Pause { length, wait }: Pause) {
    let end = Instant::now() + length;
    while Instant::now() < end && !interrupt::stopping() {
        if let Some(wait) = &wait {
            wait.tell();
        }
        let next = end.min(Instant::now() + Duration::from_secs(1));
        tokio::select! {
            () = tokio::time::sleep_until(next) => {}
            () = interrupt::stopped() => {}
        }
    }
}
