//! The function's log group.
//!
//! It goes last, once nothing can write to it any more: a line that arrives late
//! would bring it back, without a tag, and for ever. It can be protected from
//! deletion; `create` does not do that, so it is looked for before anything is
//! deleted.

use aws_client::error::optional;
use aws_client::{Named, account, find, names};
use common::{Failure, Result, join_all};

use crate::run::Run;

/// An existing log group.
#[derive(Clone, Debug)]
pub(crate) struct LogGroup {
    /// For example `/aws/lambda/EchoFunction`.
    pub name: String,
    /// Whether AWS refuses to delete it.
    protected: bool,
}

/// Our log group, if it exists. One that is not ours is left.
pub(crate) async fn find(run: &Run) -> Result<Option<LogGroup>> {
    let state = run.record.get();
    let Some(function) = &state.lambda_function_name else {
        return Ok(None);
    };
    let name = names::log_group(function);
    let Some(tag) = &run.tag else {
        // Lambda made the Python scripts' group, without a tag.
        run.note_foreign(&format!("log group '{name}'"));
        return Ok(None);
    };
    // Its tags are listed by its ARN, which contains account and partition.
    let account = match account::recorded(&state) {
        Some(account) => account,
        None => account::current(&run.aws).await?,
    };
    let (found, details) = join_all!(
        find::log_group(&run.aws, &account, &name, tag),
        find::log_group_details(&run.aws, &name),
    )?;
    let protected = details.and_then(|group| group.deletion_protection_enabled) == Some(true);
    let recorded = state.lambda_log_group_name.is_some();
    let ours = run.ours_only(found, recorded, &format!("log group '{name}'"));
    Ok(ours.map(|()| LogGroup { name, protected }))
}

impl LogGroup {
    /// Checks that AWS will delete it.
    ///
    /// # Errors
    /// If it is protected; the hint says how to change that.
    pub(crate) fn check_deletable(&self, run: &Run) -> Result<()> {
        let (name, region) = (&self.name, &run.aws.region);
        if !self.protected {
            return Ok(());
        }
        Err(Failure::failed(format!(
            "Log group '{name}' cannot be deleted: its deletion protection is on"
        ))
        .with_hint(format!(
            "run 'aws logs put-log-group-deletion-protection --log-group-identifier {name} --no-deletion-protection-enabled --region {region}', then 'make delete' again"
        )))
    }

    /// Deletes it (DeleteLogGroup).
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        let name = &self.name;
        let _shown = run.console.working("log group");
        let call = run.aws.logs.delete_log_group().log_group_name(name);
        let was_there = optional(call.send().await.named("DeleteLogGroup"))?.is_some();
        run.deleted(&format!("Log group '{name}'"), was_there, |state| {
            state.under_way.end("CreateLogGroup");
            state.lambda_log_group_name = None;
        })
    }
}
