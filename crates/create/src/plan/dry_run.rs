//! `--dry-run`: shows what would be done, in order, and changes nothing.

use crate::plan::PlannedChange;
use crate::resource::change::{Change, Summary, list};
use crate::stack::Stack;

/// Prints what would be done to each resource.
pub(crate) fn show(stack: &Stack, changes: &[PlannedChange]) {
    let (account, region) = (&stack.account().id, &stack.aws.region);
    let console = &stack.console;
    console.line(&format!("In account '{account}', region '{region}':"));
    let mut summary = Summary::default();
    for resource in changes {
        summary.count(&resource.change);
        let PlannedChange { what, create, .. } = resource;
        console.line(&match &resource.change {
            Change::Created if stack.resumed => {
                format!("Would create, unless it is found: {what} ({create})")
            }
            Change::Created => format!("Would create: {what} ({create})"),
            Change::Updated(differences) => {
                format!("Would update: {what} ({})", list(differences))
            }
            Change::Unchanged => format!("Unchanged: {what}"),
        });
    }
    if stack.resumed {
        console.message(&summary.text());
    }
}
