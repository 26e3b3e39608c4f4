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
pub(crate) mod removed_routes;
mod step;

use std::cell::RefCell;
use std::rc::Rc;

use common::Result;
use common::failure::all;
use futures_util::future::join_all;

use self::needs::{Made, Needs, NeedsByReference};
use self::output::Output;
use self::plan::PlannedChange;
use self::step::{ResourceStep, Step};
use crate::live::LiveResource;
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
    pub(crate) fn add<R: LiveResource + 'd>(
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
        let mut plan = Vec::new();
        for step in &self.steps {
            plan.push(step.plan()?);
        }
        for planned in &plan {
            planned.check_changeable()?;
        }
        Ok(plan)
    }

    /// What was made twice, as text, for `--dry-run`.
    pub(crate) async fn duplicates(&self) -> Result<Vec<String>> {
        let mut found = Vec::new();
        for step in &self.steps {
            found.extend(step.duplicates().await?);
        }
        Ok(found)
    }

    /// Removes what was made twice.
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
