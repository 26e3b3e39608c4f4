//! The Lambda function. Its policy, with the permission for the API, goes with it;
//! its log group does not.
//!
//! The name is unique in a region, and anybody could use it: the function is ours
//! only if it has our tag.

use aws_client::error::optional;
use aws_client::{Named, find};
use common::Result;

use crate::run::Run;

/// An existing function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// For example `EchoFunction`.
    pub name: String,
}

/// Our function, if it exists and is ours.
pub(crate) async fn find(run: &Run) -> Result<Option<Function>> {
    let state = run.record.get();
    let Some(name) = state.lambda_function_name else {
        return Ok(None);
    };
    let ours = match &run.tag {
        Some(tag) => {
            let found = find::function(&run.aws, &name, tag).await?;
            let recorded = state.lambda_function_arn.is_some();
            let ours = run.ours_only(found, recorded, &format!("function '{name}'"));
            ours.is_some()
        }
        None => is_of_python_scripts(run, &name).await?,
    };
    Ok(ours.then_some(Function { name }))
}

/// Whether the function of this name runs with the recorded role. The older Python
/// scripts set no tags, so their function is known by what state.json records.
async fn is_of_python_scripts(run: &Run, name: &str) -> Result<bool> {
    let call = run.aws.lambda.get_function().function_name(name);
    let answer = optional(call.send().await.named("GetFunction"))?;
    let Some(function) = answer.and_then(|answer| answer.configuration) else {
        return Ok(false);
    };
    let theirs = function.role == run.record.get().lambda_role_arn;
    if !theirs {
        run.note_foreign(&format!("function '{name}'"));
    }
    Ok(theirs)
}

impl Function {
    /// Deletes it (DeleteFunction).
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        let name = &self.name;
        let _shown = run.console.working("function");
        let call = run.aws.lambda.delete_function().function_name(name);
        let was_there = optional(call.send().await.named("DeleteFunction"))?.is_some();
        run.deleted(&format!("Function '{name}'"), was_there, |state| {
            state.under_way.end("CreateFunction");
            state.lambda_function_arn = None;
        })
    }
}
