//! What the role allows: writing the function's log, and nothing else.

use api_aws::{CallError, Named, names};
use api_core::Result;

use crate::stack::Stack;

/// Attaches AWSLambdaBasicExecutionRole to the role (AttachRolePolicy).
pub async fn attach(stack: &Stack) -> Result<()> {
    let policy_arn = names::basic_execution_policy(&stack.account.partition);
    stack
        .once(
            "role's policy",
            false,
            || find_ours(stack, &policy_arn),
            || call(stack, &policy_arn),
        )
        .await?;
    Ok(())
}

async fn find_ours(stack: &Stack, policy_arn: &str) -> Result<Option<()>> {
    let call = stack
        .aws
        .iam
        .list_attached_role_policies()
        .role_name(&stack.plan.names.role);
    let attached = call
        .send()
        .await
        .named("ListAttachedRolePolicies")?
        .attached_policies;
    let mut attached = attached.unwrap_or_default().into_iter();
    Ok(attached
        .any(|policy| policy.policy_arn() == Some(policy_arn))
        .then_some(()))
}

async fn call(stack: &Stack, policy_arn: &str) -> Result<(), CallError> {
    let role = &stack.plan.names.role;
    let call = stack
        .aws
        .iam
        .attach_role_policy()
        .role_name(role)
        .policy_arn(policy_arn);
    call.send().await.named("AttachRolePolicy")?;
    Ok(())
}
