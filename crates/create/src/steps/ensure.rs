//! Ensuring that a resource exists and is as desired: look first, write ahead,
//! compare, wait.

use std::time::Duration;

use aws_client::retry::Backoff;
use aws_client::{CallError, CallResult, Kind};
use common::Result;
use common::console::ProgressGuard;
use tokio::sync::MutexGuard;

use crate::compare::change::Change;
use crate::live::LiveResource;
use crate::run::Run;

/// How a resource came to exist.
enum Origin<R: LiveResource> {
    /// The call of this run created it.
    Created(R::Ref),
    /// An earlier call created it.
    Found(R::Live),
}

impl Run {
    /// Creates the resource, updates what differs, or leaves it unchanged.
    /// `live` is the resource as it was read, if state.json records it.
    ///
    /// # Errors
    /// If AWS refuses for good, or somebody else's resource has the name.
    pub(crate) async fn ensure<R: LiveResource>(
        &self,
        resource: &R,
        live: Option<R::Live>,
    ) -> Result<(R::Ref, Change)> {
        let _shown = self.console.working(R::NAME);
        let origin = match live {
            Some(live) => {
                // A run that was killed may have left its create call noted.
                self.save(|state| state.under_way.end(&resource.noted_as()))?;
                Origin::Found(live)
            }
            None => self.create_once(resource, self.resumed).await?,
        };
        let (made, change) = match origin {
            Origin::Created(made) => (made, Change::Created),
            Origin::Found(live) => self.bring_up_to_date(resource, live).await?,
        };
        self.summary.borrow_mut().count(&change);
        Ok((made, change))
    }

    /// Compares the live resource with the desired one, and changes what differs.
    async fn bring_up_to_date<R: LiveResource>(
        &self,
        resource: &R,
        live: R::Live,
    ) -> Result<(R::Ref, Change)> {
        let differences = resource.differences(self, &live);
        let mut made = R::reference(self, &live)?;
        if differences.is_empty() {
            return Ok((made, Change::Unchanged));
        }
        if resource.must_be_replaced(self, &live) {
            made = self.replace(resource, live).await?;
        } else {
            let update = async || {
                let _turn = self.turn_at_the_api::<R>().await;
                resource.update(self, &live).await
            };
            until_ready(self, R::NAME, update).await?;
        }
        Ok((made, Change::Updated(differences)))
    }

    /// Removes the live resource and creates it anew.
    async fn replace<R: LiveResource>(&self, resource: &R, mut live: R::Live) -> Result<R::Ref> {
        loop {
            resource.remove(self, &live).await?;
            let origin = match self.create_once(resource, false).await {
                Ok(origin) => origin,
                Err(failure) => {
                    resource.restore(self, &live).await?;
                    return Err(failure);
                }
            };
            match origin {
                Origin::Created(made) => return Ok(made),
                Origin::Found(found) if resource.differences(self, &found).is_empty() => {
                    return Ok(R::reference(self, &found)?);
                }
                // An answer was lost, and the old one is still seen.
                Origin::Found(found) => live = found,
            }
        }
    }

    /// Creates a resource, unless an earlier run or attempt already has. The
    /// call is recorded in state.json before it is sent. What happens after an
    /// error depends on its [`Kind`]:
    ///
    /// | kind | then |
    /// |---|---|
    /// | `NotYet` | tries again, for up to 5 minutes |
    /// | `NotFound` | the same, for half a minute: what the call needs is new |
    /// | `Lost` | looks for it until the call can no longer take effect, then retries |
    /// | `Exists` | looks for it until AWS has settled: it may not be visible yet |
    /// | `Incomplete` | gives up; the next run looks for it |
    /// | any other | gives up |
    async fn create_once<R: LiveResource>(
        &self,
        resource: &R,
        mut look_first: bool,
    ) -> Result<Origin<R>> {
        let note = resource.noted_as();
        let mut wait = WaitForOthers::new(self, R::NAME);
        let mut after_lost_answer = Backoff::after_lost_answer();
        let mut exists = false;
        loop {
            if look_first && let Some(live) = self.look(resource, exists).await? {
                let made = R::reference(self, &live)?;
                self.record_made(resource, &made)?;
                return Ok(Origin::Found(live));
            }
            // Written ahead: if the program dies now, the next run knows that
            // this call may have made something.
            self.state.begin_call(&note)?;
            let created = {
                let _turn = self.turn_at_the_api::<R>().await;
                resource.create(self).await
            };
            let error = match created {
                Ok(made) => {
                    self.record_made(resource, &made)?;
                    return Ok(Origin::Created(made));
                }
                Err(error) => error,
            };
            match error.kind() {
                Kind::Lost => {
                    look_first = true;
                    if !after_lost_answer.wait().await? {
                        return Err(error.into());
                    }
                    continue;
                }
                // It exists, so the call stays recorded as under way.
                Kind::Incomplete => return Err(error.into()),
                _ => self.state.forget_call(&note)?,
            }
            if error.kind() == Kind::Exists && !exists {
                exists = true;
                look_first = true;
            } else {
                wait.after(error).await?;
            }
        }
    }

    fn record_made<R: LiveResource>(&self, resource: &R, made: &R::Ref) -> Result<()> {
        self.state.record_made(&resource.noted_as(), |state| {
            resource.record(self, made, state);
        })
    }

    /// Looks for the resource: once; or, if it exists but may not be visible
    /// yet, until AWS has settled; or, if a call may have created it, until that
    /// call can no longer take effect.
    async fn look<R: LiveResource>(&self, resource: &R, exists: bool) -> Result<Option<R::Live>> {
        let mut poll = Backoff::poll();
        let mut unseen = Backoff::poll().up_to(if exists { self.settle } else { Duration::ZERO });
        let mut shown = None;
        let note = resource.noted_as();
        loop {
            // Read first, so that the last look-up comes after the time is over.
            let left = self.state.get().under_way.left(&note, self.settle);
            if let Some(live) = resource.find(self).await? {
                return Ok(Some(live));
            }
            match left {
                Some(left) => {
                    shown.get_or_insert_with(|| self.show_wait_for_call::<R>(left));
                    poll.wait().await?;
                }
                None if unseen.wait().await? => {}
                None => return Ok(None),
            }
        }
    }

    fn show_wait_for_call<R: LiveResource>(&self, left: Duration) -> ProgressGuard<'_> {
        self.console.waiting(format!(
            "Waiting for the {}: an earlier {} was not answered and may still take effect, for {} s at most",
            R::NAME,
            R::CREATE.name,
            left.as_secs() + 1
        ))
    }

    /// Waits for its turn, if the resource is part of the API.
    pub(super) async fn turn_at_the_api<R: LiveResource>(&self) -> Option<MutexGuard<'_, ()>> {
        if R::PART_OF_API {
            Some(self.api_change.lock().await)
        } else {
            None
        }
    }
}

/// Sends a call, again and again while AWS is not ready for it.
///
/// # Errors
/// As [`after`](WaitForOthers::after).
pub(super) async fn until_ready<T>(
    run: &Run,
    what: &str,
    call: impl AsyncFn() -> CallResult<T>,
) -> Result<T> {
    let mut wait = WaitForOthers::new(run, what);
    loop {
        match call().await {
            Ok(done) => return Ok(done),
            Err(error) => wait.after(error).await?,
        }
    }
}

/// The waits between the attempts of one call, while what it needs is too new.
struct WaitForOthers<'d> {
    run: &'d Run,
    what: &'d str,
    shown: Option<ProgressGuard<'d>>,
    not_yet: Backoff,
    not_found: Backoff,
}

impl<'d> WaitForOthers<'d> {
    fn new(run: &'d Run, what: &'d str) -> WaitForOthers<'d> {
        WaitForOthers {
            run,
            what,
            shown: None,
            not_yet: Backoff::poll(),
            not_found: Backoff::poll().up_to(run.settle),
        }
    }

    /// Waits before the next attempt.
    ///
    /// # Errors
    /// This error, if it does not go away with time, or its time is over.
    async fn after(&mut self, error: CallError) -> Result<()> {
        let again = match error.kind() {
            Kind::NotYet => {
                let (console, what) = (&self.run.console, self.what);
                self.shown.get_or_insert_with(|| {
                    console.waiting(format!("Waiting until AWS is ready for the {what}"))
                });
                self.not_yet.wait().await?
            }
            Kind::NotFound => self.not_found.wait().await?,
            _ => false,
        };
        if again { Ok(()) } else { Err(error.into()) }
    }
}
