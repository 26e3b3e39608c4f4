//! What is done with each resource of the list in [`stack`](crate::stack): all
//! are read, then compared, then made or changed.
//!
//! A step begins as soon as the steps that it needs have ended, so whatever can
//! run side by side does. A step whose needs have failed is skipped; every other
//! step runs to its end, because AWS may be carrying out its call.

pub(crate) mod dry_run;
mod duplicates;
mod ensure;
mod needs;
mod output;
mod plan;

use std::cell::RefCell;
use std::rc::Rc;

use common::Result;
use common::failure::all;
use futures_util::future::{FutureExt, LocalBoxFuture, join_all};

use self::needs::{Made, Needs, NeedsByReference};
use self::output::Output;
use self::plan::PlannedChange;
use crate::compare::change::Change;
use crate::resource::{Reference, Resource};
use crate::run::Run;

/// The steps of a run, in the order of their output.
pub(crate) struct Steps<'d> {
    run: &'d Run,
    steps: Vec<Box<dyn Step + 'd>>,
    output: Rc<Output<'d>>,
}

impl<'d> Steps<'d> {
    /// No steps yet.
    pub(crate) fn new(run: &'d Run) -> Steps<'d> {
        Steps {
            run,
            steps: Vec::new(),
            output: Rc::new(Output::new(&run.console)),
        }
    }

    /// Adds a step: the resource `R`, which refers to what it `needs`.
    pub(crate) fn add<R: Resource + 'd>(
        &mut self,
        needs: impl NeedsByReference<Needs: Needs<Refs = R::Needs> + 'd>,
    ) -> Made<R::Ref> {
        self.run.aws.explain(&[R::CREATE]);
        let made = Made::default();
        self.steps.push(Box::new(ResourceStep::<R, _> {
            run: self.run,
            number: self.steps.len(),
            output: Rc::clone(&self.output),
            needs: needs.keep(),
            live: RefCell::default(),
            made: made.clone(),
        }));
        made
    }

    /// Reads every resource that state.json records; before a first run, whether
    /// the names are free. The ids and names are known, so no read waits for another.
    ///
    /// # Errors
    /// If a call fails, or somebody else's resource has a name.
    pub(crate) async fn read(&self) -> Result<()> {
        all(join_all(self.steps.iter().map(|step| step.read())).await)
    }

    /// Compares what was read with what is desired, in order.
    ///
    /// # Errors
    /// Exit code 2 if a difference cannot be changed in place.
    pub(crate) fn plan(&self) -> Result<Vec<PlannedChange>> {
        let plan: Result<Vec<PlannedChange>> = self.steps.iter().map(|step| step.plan()).collect();
        let plan = plan?;
        for planned in &plan {
            planned.check_changeable()?;
        }
        Ok(plan)
    }

    /// What was made twice, as text, for `--dry-run`.
    ///
    /// # Errors
    /// If a call fails.
    pub(crate) async fn duplicates(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for step in &self.steps {
            found.extend(step.duplicates().await?);
        }
        Ok(found)
    }

    /// Removes what was made twice.
    ///
    /// # Errors
    /// If a call fails.
    pub(crate) async fn remove_duplicates(&self) -> Result<()> {
        all(join_all(self.steps.iter().map(|step| step.remove_duplicates())).await)
    }

    /// Creates, updates or leaves each resource.
    ///
    /// # Errors
    /// The failures of all steps, in order.
    pub(crate) async fn make(&self) -> Result<()> {
        all(join_all(self.steps.iter().map(|step| step.make())).await)
    }
}

/// A step, whatever its resource is.
trait Step {
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
struct ResourceStep<'d, R: Resource, N> {
    run: &'d Run,
    number: usize,
    output: Rc<Output<'d>>,
    needs: N,
    /// The resource as it was read.
    live: RefCell<Option<R::Live>>,
    made: Made<R::Ref>,
}

impl<R: Resource, N: Needs<Refs = R::Needs>> Step for ResourceStep<'_, R, N> {
    fn read(&self) -> LocalBoxFuture<'_, Result<()>> {
        async {
            if let Some(key) = R::recorded(self.run.state.get()) {
                let live = R::get(self.run, &key).await?;
                *self.live.borrow_mut() = live;
            } else if !self.run.resumed {
                R::check_name_is_free(self.run).await?;
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
            title: R::title(run),
            create: R::CREATE.name,
            change,
            immutable: R::IMMUTABLE,
        })
    }

    fn make(&self) -> LocalBoxFuture<'_, Result<()>> {
        async {
            let result = self.ensure().await;
            self.made.skip_the_others();
            self.output.end_step(self.number);
            result
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

impl<R: Resource, N: Needs<Refs = R::Needs>> ResourceStep<'_, R, N> {
    async fn ensure(&self) -> Result<()> {
        let Some(needs) = self.needs.made().await else {
            return Ok(()); // The step that failed reports it.
        };
        let (run, resource) = (self.run, R::new(needs));
        let live = self.live.take();
        if let Some(line) = resource.announcement(run, live.as_ref()) {
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
