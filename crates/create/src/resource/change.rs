//! What a run has done to a resource, and how its line says so.

use crate::resource::difference::Difference;

/// What a run has done to a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// This run made it.
    Created,
    /// It was there, and these properties were not as they should be.
    Updated(Vec<Difference>),
    /// It was there; every property was compared, and is as it should be.
    Unchanged,
}

impl Change {
    /// Of a resource that is there.
    pub(crate) fn of(differences: Vec<Difference>) -> Change {
        match differences.is_empty() {
            true => Change::Unchanged,
            false => Change::Updated(differences),
        }
    }

    /// What stands at the end of the resource's line: nothing, ` (unchanged)`,
    /// or ` (updated: Timeout 9 s -> 5 s)`.
    pub(crate) fn suffix(&self) -> String {
        match self {
            Change::Created => String::new(),
            Change::Updated(differences) => format!(" (updated: {})", list(differences)),
            Change::Unchanged => " (unchanged)".to_owned(),
        }
    }
}

/// The differences on one line.
pub(crate) fn list(differences: &[Difference]) -> String {
    let list: Vec<String> = differences.iter().map(Difference::to_string).collect();
    list.join(", ")
}

/// How many resources a run has made, updated and left.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    created: usize,
    updated: usize,
    unchanged: usize,
}

impl Summary {
    /// Counts one more resource.
    pub(crate) fn count(&mut self, change: &Change) {
        *match change {
            Change::Created => &mut self.created,
            Change::Updated(_) => &mut self.updated,
            Change::Unchanged => &mut self.unchanged,
        } += 1;
    }

    /// Whether anything was made or updated.
    pub(crate) fn has_changed(&self) -> bool {
        self.created + self.updated > 0
    }

    /// For example `3 updated, 12 unchanged`.
    pub(crate) fn text(&self) -> String {
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
        ];
        let said = counts.iter().filter(|(count, _)| *count > 0);
        let said: Vec<String> = said.map(|(n, what)| format!("{n} {what}")).collect();
        said.join(", ")
    }
}
