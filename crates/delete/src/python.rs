//! A stack of the older Python scripts. They set no tags, so their resources are
//! identified by what they recorded in state.json.

use aws_client::Named;
use aws_client::error::optional;
use common::Result;

use crate::run::Run;

/// Whether the function of this name runs with the recorded role, and so is theirs.
pub(crate) async fn is_their_function(run: &Run, name: &str) -> Result<bool> {
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
