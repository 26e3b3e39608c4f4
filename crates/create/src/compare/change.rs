//! What a run does to a resource, and how the output shows it.

use std::fmt;

use crate::compare::difference::Difference;

/// What a run does to a resource.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Change {
    /// It did not exist: the run creates it.
    Created,
    /// It exists, but these properties differ from the desired ones.
    Updated(Vec<Difference>),
    /// It exists; every property was compared and is as desired.
    Unchanged,
}

impl Change {
    /// The change of an existing resource with these differences.
    pub(crate) fn of(differences: Vec<Difference>) -> Change {
        if differences.is_empty() {
            Change::Unchanged
        } else {
            Change::Updated(differences)
        }
    }
}

/// The end of a line of output: nothing, ` (unchanged)`, or
/// ` (updated: Timeout 9 s -> 5 s)`.
impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Change::Created => Ok(()),
            Change::Updated(differences) => write!(f, " (updated: {})", list(differences)),
            Change::Unchanged => write!(f, " (unchanged)"),
        }
    }
}

/// The differences on one line.
pub(crate) fn list(differences: &[Difference]) -> String {
    let list: Vec<String> = differences.iter().map(Difference::to_string).collect();
    list.join(", ")
}

/// How many resources a run has created, updated, left unchanged and deleted.
#[derive(Debug, Default)]
pub(crate) struct Summary {
    created: usize,
    updated: usize,
    unchanged: usize,
    deleted: usize,
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

    /// Counts one more that was deleted.
    pub(crate) fn count_deleted(&mut self) {
        self.deleted += 1;
    }

    /// Whether anything was created or updated.
    pub(crate) fn has_changed(&self) -> bool {
        self.created + self.updated > 0
    }
}

/// For example `3 updated, 12 unchanged`.
impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let counts = [
            (self.created, "created"),
            (self.updated, "updated"),
            (self.unchanged, "unchanged"),
            (self.deleted, "deleted"),
        ];
        let nonzero = counts.iter().filter(|(count, _)| *count > 0);
        let parts: Vec<String> = nonzero.map(|(n, what)| format!("{n} {what}")).collect();
        f.write_str(&parts.join(", "))
    }
}
