//! The role that the function runs with.

use api_aws::{CallError, Named, find};
use api_core::Result;
use aws_sdk_iam::types::Tag;
use serde_json::json;

use crate::report::Step;
use crate::stack::Stack;

/// Creates the role (CreateRole).
pub async fn create(stack: &Stack) -> Result<String> {
    let recorded = stack.state.get().lambda_role_arn;
    let made = stack
        .once(
            "role",
            recorded.is_some(),
            || find_ours(stack),
            || call(stack),
        )
        .await?;
    let arn = made.value.clone();
    stack
        .state
        .update(|state| state.lambda_role_arn = Some(arn.clone()))?;
    stack.line(
        Step::Role,
        made.line(format!("Lambda execution role created with ARN: '{arn}'")),
    );
    Ok(arn)
}

async fn find_ours(stack: &Stack) -> Result<Option<String>> {
    let name = &stack.plan.names.role;
    let found = find::role(&stack.aws, name, &stack.ours).await?;
    let role = found.or_refuse(&format!("Role '{name}'"), "NAME_SUFFIX")?;
    Ok(role.map(|role| role.arn))
}

async fn call(stack: &Stack) -> Result<String, CallError> {
    let (tag, deployment_id) = stack.ours.tag();
    let answer = stack
        .aws
        .iam
        .create_role()
        .role_name(&stack.plan.names.role)
        .assume_role_policy_document(lambda_may_assume())
        .set_tags(
            Tag::builder()
                .key(tag)
                .value(deployment_id)
                .build()
                .ok()
                .map(|tag| vec![tag]),
        )
        .send()
        .await
        .named("CreateRole")?;
    Ok(answer.role.map(|role| role.arn).unwrap_or_default())
}

/// Who may use the role: Lambda, and nobody else.
fn lambda_may_assume() -> String {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    })
    .to_string()
}
