//! The function's log group.
//!
//! It goes last, once nothing can write to it any more: a line that arrives late
//! would bring it back, without a tag, and for ever. It can be protected from
//! deletion; `create` does not do that, so it is looked for before anything is
//! deleted.

use aws_client::error::optional;
use aws_client::find::{self, Found};
use aws_client::{DeploymentTag, Named, names};
use common::{Failure, Result};

use crate::python;
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
    let Some(function) = state.lambda_function_name else {
        return Ok(None);
    };
    let name = names::log_group(&function);
    let Some(tag) = &run.tag else {
        python::leave_log_group(run, &name);
        return Ok(None);
    };
    let found = look_up(run, &name, tag).await?;
    let recorded = state.lambda_log_group_name.is_some();
    Ok(run.ours_only(found, recorded, &format!("log group '{name}'")))
}

/// Reads its description (DescribeLogGroups), then its tags, which are listed by
/// the ARN in the description.
async fn look_up(run: &Run, name: &str, tag: &DeploymentTag) -> Result<Found<LogGroup>> {
    let groups = find::log_groups(&run.aws, name).await?;
    let mut named = groups.iter();
    let Some(group) = named.find(|group| group.log_group_name() == Some(name)) else {
        return Ok(Found::Nothing);
    };
    let arn = find::log_group_arn(group).unwrap_or_default();
    let Some(tags) = find::log_group_tags(&run.aws, arn).await? else {
        return Ok(Found::Nothing);
    };
    let group = LogGroup {
        name: name.to_owned(),
        protected: group.deletion_protection_enabled() == Some(true),
    };
    Ok(tag.whose(group, Some(&tags)))
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
