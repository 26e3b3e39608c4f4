//! The function's log group.

use aws_client::account::Account;
use aws_client::error::optional;
use aws_client::{Named, find, names};
use common::Result;

use crate::python;
use crate::stack::Stack;

/// Our log group's name, if it exists. One that is not ours is left.
pub(crate) async fn find(stack: &Stack, account: &Account) -> Result<Option<String>> {
    let state = stack.state.get();
    let Some(function) = state.lambda_function_name else {
        return Ok(None);
    };
    let name = names::log_group(&function);
    let Some(tag) = &stack.tag else {
        python::leave_log_group(stack, &name);
        return Ok(None);
    };
    let found = find::log_group(&stack.aws, account, &name, tag).await?;
    let group = stack.ours_only(
        found,
        state.lambda_log_group_name.is_some(),
        &format!("log group '{name}'"),
    );
    Ok(group.map(|()| name))
}

/// Deletes it (DeleteLogGroup).
pub(crate) async fn delete(stack: &Stack, name: &str) -> Result<()> {
    let _working = stack.console.working("log group");
    let answer = stack
        .aws
        .logs
        .delete_log_group()
        .log_group_name(name)
        .send()
        .await;
    let there = optional(answer.named("DeleteLogGroup"))?.is_some();
    stack.deleted(&format!("Log group '{name}'"), there, |state| {
        state.under_way.end("CreateLogGroup");
        state.lambda_log_group_name = None;
    })
}
