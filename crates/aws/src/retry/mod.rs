//! When to call again, and how long to wait before.
//!
//! The SDK's own retries are few and know nothing of a call that must not be
//! sent twice. Its retry strategy cannot be replaced from outside (`Config` has
//! no setting for it), so three of its settings together say what it does:
//!
//! - `RetryInterceptor`, an interceptor, sees each try end and decides whether there
//!   is another one, and after which pause;
//! - `RetryClassifier`, a classifier, has the strategy follow that;
//! - `RetrySleep`, the sleep, keeps the pause: told on the console, and ended at
//!   once by Ctrl-C.

mod backoff;
mod interceptor;
mod sleep;
#[cfg(test)]
mod tests;
mod throttle;

pub use self::backoff::Backoff;
pub(crate) use self::interceptor::{RetryClassifier, RetryInterceptor};
pub(crate) use self::sleep::RetrySleep;
