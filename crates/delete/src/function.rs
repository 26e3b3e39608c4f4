//! The function. Its policy goes with it, its log group does not.

use api_aws::error::optional;
use api_aws::{Named, Ours, find};
use api_core::Result;

use crate::stack::Stack;

/// Our function's name, if it is there: others could have one of that name.
pub(crate) async fn find(stack: &Stack) -> Result<Option<String>> {
    let state = stack.state.get();
    let Some(name) = state.lambda_function_name.clone() else {
        return Ok(None);
    };
    match &stack.ours {
        Some(ours) => by_tag(stack, name, ours).await,
        None => by_role(stack, name, state.lambda_role_arn.as_deref()).await,
    }
}

async fn by_tag(stack: &Stack, name: String, ours: &Ours) -> Result<Option<String>> {
    let recorded = stack.state.get().lambda_function_arn.is_some();
    let found = find::function(&stack.aws, &name, ours).await?;
    let function = stack.ours_only(found, recorded, &format!("function '{name}'"));
    Ok(function.map(|_| name))
}

/// The Python scripts set no tags: their function is the one with their role.
async fn by_role(stack: &Stack, name: String, role_arn: Option<&str>) -> Result<Option<String>> {
    let call = stack.aws.lambda.get_function().function_name(&name);
    let function =
        optional(call.send().await.named("GetFunction"))?.and_then(|it| it.configuration);
    match function {
        Some(function) if function.role.as_deref() == role_arn => Ok(Some(name)),
        Some(_) => {
            stack.note_foreign(&format!("function '{name}'"));
            Ok(None)
        }
        None => Ok(None),
    }
}

/// Deletes it (DeleteFunction).
pub(crate) async fn delete(stack: &Stack, name: Option<&str>) -> Result<()> {
    let Some(name) = name else {
        return Ok(());
    };
    let _working = stack.console.working("function");
    let answer = stack
        .aws
        .lambda
        .delete_function()
        .function_name(name)
        .send()
        .await;
    let there = optional(answer.named("DeleteFunction"))?.is_some();
    stack.deleted(&format!("Function '{name}'"), there, |state| {
        state.under_way.end("CreateFunction");
        state.lambda_function_arn = None;
    })
}
