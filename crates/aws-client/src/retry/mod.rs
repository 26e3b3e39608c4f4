//! When to retry a call, and how long to wait before.
//!
//! The SDK retries only a few times, and does not know which calls must not be
//! sent twice. Its retry strategy cannot be replaced from outside (`Config` has
//! no setting for it), so three of its settings together control it:
//!
//! - `RetryInterceptor`, an interceptor, decides after each attempt whether
//!   there is another one, and after which pause;
//! - `RetryClassifier`, a classifier, makes the strategy follow that;
//! - `RetrySleep`, the sleep, performs the pause, which is shown on the console
//!   and ended at once by Ctrl-C.

mod backoff;
mod interceptor;
mod sleep;
#[cfg(test)]
mod tests;
mod throttle;

pub use self::backoff::Backoff;
pub(crate) use self::interceptor::{RetryClassifier, RetryInterceptor};
pub(crate) use self::sleep::RetrySleep;
