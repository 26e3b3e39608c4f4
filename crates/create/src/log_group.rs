//! The function's log group. Lambda would make one by itself, but one that
//! keeps everything for ever and that nobody deletes.

use api_aws::find::{self, Found};
use api_aws::{CallError, Named};
use api_core::Result;

use crate::stack::Stack;

/// How long the function's log is kept.
const RETENTION_DAYS: i32 = 7;

/// Creates the log group (CreateLogGroup, PutRetentionPolicy). One that is
/// there without our tag is used as it is, and left by `delete`.
pub async fn create(stack: &Stack) -> Result<()> {
    let name = stack.plan.names.log_group();
    if stack.state.get().lambda_log_group_name.is_some() {
        return Ok(());
    }
    let made = stack
        .once(
            "log group",
            false,
            || find_any(stack, &name),
            || call(stack, &name),
        )
        .await?;
    if !made.value {
        let note = format!(
            "log group '{name}' is there already and not ours: it is used, and 'delete' leaves it"
        );
        stack.console.note(&note);
        return Ok(());
    }
    let logs = &stack.aws.logs;
    let retention = logs
        .put_retention_policy()
        .log_group_name(&name)
        .retention_in_days(RETENTION_DAYS);
    retention.send().await.named("PutRetentionPolicy")?;
    stack
        .state
        .update(|state| state.lambda_log_group_name = Some(name))
}

/// Whether the log group that is there is ours.
async fn find_any(stack: &Stack, name: &str) -> Result<Option<bool>> {
    let (aws, account) = (&stack.aws, &stack.account);
    let found = find::log_group(&aws.logs, account, &aws.region, name, &stack.ours).await?;
    Ok(match found {
        Found::Ours(()) => Some(true),
        Found::Foreign => Some(false),
        Found::Nothing => None,
    })
}

async fn call(stack: &Stack, name: &str) -> Result<bool, CallError> {
    let (tag, deployment_id) = stack.ours.tag();
    let call = stack
        .aws
        .logs
        .create_log_group()
        .log_group_name(name)
        .tags(tag, deployment_id);
    call.send().await.named("CreateLogGroup")?;
    Ok(true)
}
