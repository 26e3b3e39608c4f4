//! What a run would do, before anything is changed.

use common::{Failure, Result};

use crate::compare::change::Change;

/// What a run would do to one resource.
#[derive(Debug)]
pub(crate) struct PlannedChange {
    /// The resource, for example `User Pool 'HelloUserPool'`.
    pub title: String,
    /// The AWS operation that would create it.
    pub create: &'static str,
    /// What would be done.
    pub change: Change,
    /// Its properties that cannot be changed in place.
    pub immutable: &'static [&'static str],
}

impl PlannedChange {
    /// Checks that every difference can be changed in place.
    ///
    /// # Errors
    /// Exit code 2, naming the first one that cannot, with both values.
    pub(crate) fn check_changeable(&self) -> Result<()> {
        let Change::Updated(differences) = &self.change else {
            return Ok(());
        };
        let fixed = differences
            .iter()
            .find(|difference| self.immutable.contains(&&*difference.property));
        match fixed {
            None => Ok(()),
            Some(difference) => Err(Failure::usage(format!(
                "{} cannot be changed in place: {difference}",
                self.title
            ))
            .with_hint("set it back, or run 'make delete' and 'make api' to make the stack anew")),
        }
    }
}
