//! A stack of the older Python scripts. They set no tags, so their resources are
//! identified by what they recorded in state.json.

use aws_client::Named;
use aws_client::error::optional;
use common::{Result, State};

use crate::stack::Stack;

/// The function of this name, if it runs with the recorded role.
///
/// # Errors
/// If the call fails.
pub(crate) async fn function(stack: &Stack, name: String) -> Result<Option<String>> {
    let call = stack.aws.lambda.get_function().function_name(&name);
    let answer = optional(call.send().await.named("GetFunction"))?;
    let Some(function) = answer.and_then(|answer| answer.configuration) else {
        return Ok(None);
    };
    if function.role == stack.state.get().lambda_role_arn {
        return Ok(Some(name));
    }
    stack.note_foreign(&format!("function '{name}'"));
    Ok(None)
}

/// The ARN of the role that they recorded.
pub(crate) fn role_arn(state: &State) -> Option<String> {
    state.lambda_role_arn.clone()
}

/// Whether the role's ARN must stay in state.json although the role is deleted:
/// it identifies the scripts' function and account.
pub(crate) fn needs_role_arn(state: &State) -> bool {
    state.is_from_python()
}

/// Prints a note that the log group is left: Lambda created it, without a tag.
pub(crate) fn leave_log_group(stack: &Stack, name: &str) {
    stack.note_foreign(&format!("log group '{name}'"));
}
