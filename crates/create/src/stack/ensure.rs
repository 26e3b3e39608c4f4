//! Ensuring that a resource exists and is as desired.

use std::sync::atomic::Ordering;
use std::time::Duration;

use aws_client::retry::Backoff;
use aws_client::{CallError, Kind};
use common::Result;
use common::console::Working;

use crate::resource::change::Change;
use crate::resource::{Live, Resource};
use crate::stack::Stack;

/// A resource that is as desired, and what this run did to it.
#[derive(Debug)]
pub(crate) struct Ensured<I> {
    /// What other resources need to refer to it.
    pub id: I,
    /// What this run did.
    pub change: Change,
}

/// The outcome of `create_once`.
enum CreateOutcome<I, P> {
    /// This call created it.
    Created(I),
    /// An earlier call created it.
    Found(Live<I, P>),
}

impl Stack {
    /// Creates the resource, updates what differs, or leaves it unchanged.
    /// `live` is the resource recorded in state.json, as AWS describes it.
    ///
    /// # Errors
    /// If AWS refuses for good, or somebody else's resource has the name.
    pub(crate) async fn ensure<R: Resource>(
        &self,
        resource: &R,
        live: Option<Live<R::Id, R::Properties>>,
    ) -> Result<Ensured<R::Id>> {
        let _working = self.console.working(R::NAME);
        let live = match live {
            Some(live) => live,
            None => match self.create_once(resource).await? {
                CreateOutcome::Created(id) => return Ok(self.ensured(id, Change::Created)),
                CreateOutcome::Found(live) => live,
            },
        };
        let differences = resource.differences(&live);
        if !differences.is_empty() {
            self.wait_for_others(R::NAME, async || resource.update(&live, &differences).await)
                .await?;
        }
        Ok(self.ensured(live.id, Change::of(differences)))
    }

    /// Creates a resource that replaces another.
    ///
    /// # Errors
    /// As [`ensure`](Stack::ensure).
    pub(crate) async fn replace<R: Resource>(
        &self,
        resource: &R,
        replaced: &Live<R::Id, R::Properties>,
    ) -> Result<Change> {
        self.create_once(resource).await?;
        let change = Change::of(resource.differences(replaced));
        self.count(&change);
        Ok(change)
    }

    fn ensured<I>(&self, id: I, change: Change) -> Ensured<I> {
        self.count(&change);
        Ensured { id, change }
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
    /// | any other | gives up |
    async fn create_once<R: Resource>(
        &self,
        resource: &R,
    ) -> Result<CreateOutcome<R::Id, R::Properties>> {
        let mut waits = Waits::new(self, R::NAME);
        let mut lost = Backoff::after_lost_answer();
        let mut look_first = self.resumed;
        let mut exists = false;
        loop {
            if look_first && let Some(live) = self.look(resource, exists).await? {
                self.state
                    .record_made(R::CREATE, |state| resource.record(&live.id, state))?;
                return Ok(CreateOutcome::Found(live));
            }
            self.state.begin_call(R::CREATE)?;
            let error = match resource.create().await {
                Ok(id) => {
                    self.state
                        .record_made(R::CREATE, |state| resource.record(&id, state))?;
                    return Ok(CreateOutcome::Created(id));
                }
                Err(error) => error,
            };
            if error.kind() == Kind::Lost {
                self.answer_lost.store(true, Ordering::Relaxed);
                look_first = true;
                if !lost.wait().await? {
                    return Err(error.into());
                }
                continue;
            }
            self.state.forget_call(R::CREATE)?;
            if error.kind() == Kind::Exists && !exists {
                exists = true;
                look_first = true;
            } else if !waits.wait_after(&error).await? {
                return Err(error.into());
            }
        }
    }

    /// Looks for the resource: once; or, if it exists but may not be visible
    /// yet, until AWS has settled; or, if a call may have created it, until that
    /// call can no longer take effect.
    async fn look<R: Resource>(
        &self,
        resource: &R,
        exists: bool,
    ) -> Result<Option<Live<R::Id, R::Properties>>> {
        let mut poll = Backoff::poll();
        let mut unseen = Backoff::poll().up_to(if exists { self.settle } else { Duration::ZERO });
        let mut waiting = None;
        loop {
            // Read first, so that the last look-up comes after the time is over.
            let left = self.state.get().under_way.left(R::CREATE, self.settle);
            if let Some(live) = resource.find().await? {
                return Ok(Some(live));
            }
            match left {
                Some(left) => {
                    waiting.get_or_insert_with(|| self.waiting_for_call::<R>(left));
                    poll.wait().await?;
                }
                None if unseen.wait().await? => {}
                None => return Ok(None),
            }
        }
    }

    fn waiting_for_call<R: Resource>(&self, left: Duration) -> Working<'_> {
        self.console.waiting(format!(
            "Waiting for the {}: an earlier {} was not answered and may still take effect, for {} s at most",
            R::NAME,
            R::CREATE,
            left.as_secs() + 1
        ))
    }

    /// Makes a call that changes something, and repeats it while what it needs
    /// is too new.
    async fn wait_for_others<T>(
        &self,
        what: &str,
        call: impl AsyncFn() -> Result<T, CallError>,
    ) -> Result<T> {
        let mut waits = Waits::new(self, what);
        loop {
            match call().await {
                Ok(value) => return Ok(value),
                Err(error) if waits.wait_after(&error).await? => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

/// The waits between the attempts of one call, while what it needs is too new.
struct Waits<'a> {
    stack: &'a Stack,
    what: &'a str,
    waiting: Option<Working<'a>>,
    not_yet: Backoff,
    not_found: Backoff,
}

impl<'a> Waits<'a> {
    fn new(stack: &'a Stack, what: &'a str) -> Waits<'a> {
        Waits {
            stack,
            what,
            waiting: None,
            not_yet: Backoff::poll(),
            not_found: Backoff::poll().up_to(stack.settle),
        }
    }

    /// Waits if the error may go away with time; returns `false` if it will
    /// not, or if the limit is reached.
    async fn wait_after(&mut self, error: &CallError) -> Result<bool> {
        match error.kind() {
            Kind::NotYet => {
                let (stack, what) = (self.stack, self.what);
                self.waiting.get_or_insert_with(|| {
                    let text = format!("Waiting until AWS is ready for the {what}");
                    stack.console.waiting(text)
                });
                self.not_yet.wait().await
            }
            Kind::NotFound => self.not_found.wait().await,
            _ => Ok(false),
        }
    }
}
