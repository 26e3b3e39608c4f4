//! Creating a resource once, whatever happens to the answer.

use std::sync::atomic::Ordering;
use std::time::Duration;

use api_aws::retry::Backoff;
use api_aws::{CallError, Kind};
use api_core::console::Working;
use api_core::{Failure, Result};

use crate::stack::Stack;

/// A resource, and whether this run made it.
#[derive(Debug)]
pub struct Made<T> {
    /// The resource.
    pub value: T,
    /// Whether this run made it; else it was there already.
    pub new: bool,
}

impl<T> Made<T> {
    /// The line of the resource, marked where this run did not make it.
    pub fn line(&self, text: String) -> String {
        match self.new {
            true => text,
            false => format!("{text} (unchanged)"),
        }
    }
}

impl Stack {
    /// Creates a resource, unless an earlier run or try has.
    ///
    /// `find` looks for the one that this deployment has made, `create` makes
    /// it by one call that the SDK does not repeat. `recorded` says that
    /// state.json knows it: then it must still be there.
    ///
    /// After an earlier run, or an answer that was lost, it looks first. What
    /// it does with a refusal depends on its kind:
    ///
    /// | [`Kind`] | then |
    /// |---|---|
    /// | `NotYet` | tries again, for up to 5 minutes |
    /// | `NotFound` | the same for half a minute: what the call needs is new |
    /// | `TryLater` | tries again, for up to a minute |
    /// | `Lost` | looks, then tries again, for up to a minute |
    /// | `Exists` | looks; for 10 s, as what was just made may not be seen yet |
    /// | any other | gives up |
    ///
    /// # Errors
    /// If AWS refuses for good, the name is somebody else's, or a recorded
    /// resource is gone.
    pub async fn once<T>(
        &self,
        what: &str,
        recorded: bool,
        find: impl AsyncFn() -> Result<Option<T>>,
        create: impl AsyncFn() -> Result<T, CallError>,
    ) -> Result<Made<T>> {
        let _working = self.console.working(what);
        let mut waiting = None;
        let (mut poll, mut back_off) = (Backoff::poll(), Backoff::back_off());
        let mut after_lost_answer = Backoff::after_lost_answer();
        let mut settle = Backoff::poll().up_to(Duration::from_secs(30));
        let mut appear = Backoff::poll().up_to(Duration::from_secs(10));
        let mut look_first = self.resumed;
        loop {
            if look_first && let Some(value) = find().await? {
                return Ok(Made { value, new: false });
            }
            if recorded {
                return Err(removed(what));
            }
            let error = match create().await {
                Ok(value) => return Ok(Made { value, new: true }),
                Err(error) => error,
            };
            let backoff = match error.kind() {
                Kind::NotYet => {
                    waiting.get_or_insert_with(|| self.waiting_for(what));
                    &mut poll
                }
                Kind::NotFound => &mut settle,
                Kind::TryLater => &mut back_off,
                Kind::Lost => {
                    self.answer_lost.store(true, Ordering::Relaxed);
                    look_first = true;
                    &mut after_lost_answer
                }
                Kind::Exists if !look_first => {
                    look_first = true;
                    continue;
                }
                Kind::Exists => &mut appear,
                _ => return Err(error.into()),
            };
            if !backoff.wait().await? {
                return Err(error.into());
            }
        }
    }

    fn waiting_for(&self, what: &str) -> Working<'_> {
        self.console
            .waiting(format!("Waiting until AWS is ready for the {what}"))
    }
}

fn removed(what: &str) -> Failure {
    Failure::failed(format!(
        "The {what} in state.json is no longer there: something else removed it"
    ))
    .with_hint("run 'make delete' to remove the rest, then 'make api' to create it anew")
}
