//! `--dry-run`: shows what would be done, in order, and changes nothing.

use crate::compare::change::{Change, Summary, list};
use crate::run::Run;
use crate::steps::plan::PlannedChange;

/// Prints what would be done to each resource, and which routes (`removed` from the
/// table) and `duplicates` would be deleted.
pub(crate) fn show(run: &Run, plan: &[PlannedChange], removed: &[String], duplicates: &[String]) {
    let (account, region) = (&run.account().id, &run.aws.region);
    let (place, console) = (run.aws.place(), &run.console);
    console.line(&format!(
        "In account '{account}', region '{region}', at {place}:"
    ));
    let mut summary = Summary::default();
    for planned in plan {
        summary.count(&planned.change);
        console.line(&line(planned, run.resumed));
    }
    for what in removed.iter().chain(duplicates) {
        summary.count_deleted();
        console.line(&format!("Would delete: {what}"));
    }
    if run.resumed {
        console.message(&summary.to_string());
    }
}

fn line(planned: &PlannedChange, resumed: bool) -> String {
    let PlannedChange { title, create, .. } = planned;
    match &planned.change {
        Change::Created if resumed => {
            format!("Would create, unless it is found: {title} ({create})")
        }
        Change::Created => format!("Would create: {title} ({create})"),
        Change::Updated(differences) => format!("Would update: {title} ({})", list(differences)),
        Change::Unchanged => format!("Unchanged: {title}"),
    }
}
