//! The Lambda function. Its policy is deleted with it, its log group is not.

use aws_client::error::optional;
use aws_client::{DeploymentTag, Named, find};
use common::Result;

use crate::python;
use crate::stack::Stack;

/// Our function's name, if it exists and is ours: others could use the name.
pub(crate) async fn find(stack: &Stack) -> Result<Option<String>> {
    let state = stack.state.get();
    let Some(name) = state.lambda_function_name.clone() else {
        return Ok(None);
    };
    match &stack.tag {
        Some(tag) => by_tag(stack, name, tag).await,
        None => python::function(stack, name).await,
    }
}

async fn by_tag(stack: &Stack, name: String, tag: &DeploymentTag) -> Result<Option<String>> {
    let recorded = stack.state.get().lambda_function_arn.is_some();
    let found = find::function(&stack.aws, &name, tag).await?;
    let function = stack.ours_only(found, recorded, &format!("function '{name}'"));
    Ok(function.map(|_| name))
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
