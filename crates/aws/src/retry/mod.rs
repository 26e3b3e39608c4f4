//! When to call again, and how long to wait before.
//!
//! The SDK's own retries are few and know nothing of a call that must not be
//! sent twice. Its retry strategy cannot be replaced from outside (`Config` has
//! no setting for it), so three of its settings together say what it does:
//!
//! - `Retries`, an interceptor, sees each try end and decides whether there
//!   is another one, and after which pause;
//! - `AsDecided`, a classifier, has the strategy follow that;
//! - `Pauses`, the sleep, keeps the pause: told on the console, and ended at
//!   once by Ctrl-C.

mod backoff;
mod decide;
mod pause;
#[cfg(test)]
mod tests;
mod throttled;

pub use backoff::Backoff;
pub(crate) use decide::{AsDecided, Retries};
pub(crate) use pause::Pauses;
