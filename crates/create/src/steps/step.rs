//! One step: a resource is read, compared, and made or changed.

use std::cell::RefCell;
use std::rc::Rc;

use common::Result;
use futures_util::future::{FutureExt, LocalBoxFuture};

use crate::compare::change::Change;
use crate::live::LiveResource;
use crate::resource::Reference;
use crate::run::Run;
use crate::steps::duplicates;
use crate::steps::needs::{Made, Needs};
use crate::steps::output::Output;
use crate::steps::plan::PlannedChange;

/// A step, whatever its resource is.
pub(super) trait Step {
    /// Reads the resource, if state.json records it, or whether its name is free.
    fn read(&self) -> LocalBoxFuture<'_, Result<()>>;

    /// Compares what was read.
    fn plan(&self) -> Result<PlannedChange>;

    /// Creates, updates or leaves the resource.
    fn make(&self) -> LocalBoxFuture<'_, Result<()>>;

    /// A second one, if a lost call made it, as text.
    fn duplicates(&self) -> LocalBoxFuture<'_, Result<Vec<String>>>;

    /// Removes a second one, if a lost call made it.
    fn remove_duplicates(&self) -> LocalBoxFuture<'_, Result<()>>;
}

/// The step of one resource.
pub(super) struct ResourceStep<'d, R: LiveResource, N> {
    pub run: &'d Run,
    /// Its place in the list, counted from 0.
    pub number: usize,
    /// Its lines wait for those of the steps before it.
    pub output: Rc<Output<'d>>,
    /// The steps before it whose resources it refers to.
    pub needs: N,
    /// The resource as it was read.
    pub live: RefCell<Option<R::Live>>,
    /// What the steps after it refer to.
    pub made: Made<R::Ref>,
}

impl<R: LiveResource, N: Needs<Refs = R::Needs>> ResourceStep<'_, R, N> {
    /// Waits for what the resource needs, then creates, updates or leaves it.
    async fn make_or_skip(&self) -> Result<()> {
        let run = self.run;
        let Some(needs) = self.needs.made().await else {
            return Ok(()); // The step that failed reports it.
        };
        let (resource, live) = (R::new(needs), self.live.take());
        if let Some(line) = resource.announcement(live.as_ref()) {
            self.output.line(self.number, line);
        }
        let (made, change) = run.ensure(&resource, live).await?;
        // From here on, the steps that need it go on.
        self.made.set(made.clone());
        resource.finish(run, &made, &change).await?;
        let line = resource.line(run, &made, &change);
        if !R::QUIET {
            self.output.line(self.number, line);
        } else if let Change::Updated(_) = change {
            run.console.message(&line);
        }
        Ok(())
    }
}

impl<R: LiveResource, N: Needs<Refs = R::Needs>> Step for ResourceStep<'_, R, N> {
    fn read(&self) -> LocalBoxFuture<'_, Result<()>> {
        async {
            // What it refers to is not known yet, and not needed to read it.
            let resource = R::new(self.needs.unknown());
            if let Some(key) = resource.recorded(self.run.state.get()) {
                let live = resource.get(self.run, &key).await?;
                *self.live.borrow_mut() = live;
            } else if !self.run.resumed {
                resource.check_name_is_free(self.run).await?;
            }
            Ok(())
        }
        .boxed_local()
    }

    fn plan(&self) -> Result<PlannedChange> {
        let run = self.run;
        let resource = R::new(self.needs.planned());
        let (reference, change) = match &*self.live.borrow() {
            None => (R::Ref::unknown(), Change::Created),
            Some(live) => (
                R::reference(run, live)?,
                Change::of(resource.differences(run, live)),
            ),
        };
        self.made.plan(reference);
        Ok(PlannedChange {
            title: resource.title(run),
            create: R::CREATE.name,
            change,
            immutable: R::IMMUTABLE,
        })
    }

    fn make(&self) -> LocalBoxFuture<'_, Result<()>> {
        async {
            let ended = self.make_or_skip().await;
            // Whatever became of it, the steps that need it are skipped if it has failed,
            // and the lines of the next one are printed.
            self.made.skip_the_others();
            self.output.end_step(self.number);
            ended
        }
        .boxed_local()
    }

    fn duplicates(&self) -> LocalBoxFuture<'_, Result<Vec<String>>> {
        async {
            let resource = R::new(self.needs.planned());
            let found = self.run.duplicates(&resource).await?;
            Ok(found.iter().map(duplicates::second::<R>).collect())
        }
        .boxed_local()
    }

    fn remove_duplicates(&self) -> LocalBoxFuture<'_, Result<()>> {
        async {
            match self.needs.made().await {
                Some(needs) => self.run.remove_duplicates(&R::new(needs)).await,
                None => Ok(()),
            }
        }
        .boxed_local()
    }
}
