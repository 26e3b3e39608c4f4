//! The function's execution role.

use std::time::Duration;

use aws_client::error::optional;
use aws_client::retry::Backoff;
use aws_client::{Kind, Named, find, names};
use common::{Result, join_all};

use crate::python;
use crate::stack::Stack;

/// An existing role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// For example `APIGatewayLambdaRole`.
    pub name: String,
    /// Its ARN; its partition is also that of the attached policy.
    pub arn: String,
}

/// Our role, if it exists and is ours: others could use the name.
pub(crate) async fn find(stack: &Stack) -> Result<Option<Role>> {
    let state = stack.state.get();
    let Some(name) = state.lambda_role_name.clone() else {
        return Ok(None);
    };
    let Some(tag) = &stack.tag else {
        return Ok(python::role_arn(&state).map(|arn| Role { name, arn }));
    };
    let found = find::role(&stack.aws, &name, tag).await?;
    let role = stack.ours_only(
        found,
        state.lambda_role_arn.is_some(),
        &format!("role '{name}'"),
    );
    Ok(role.map(|role| Role {
        name,
        arn: role.arn,
    }))
}

/// Removes its policies (DeleteRolePolicy, DetachRolePolicy): AWS deletes only a
/// role without policies, and no late line can bring the log group back then.
pub(crate) async fn delete_policies(stack: &Stack, role: Option<&Role>) -> Result<()> {
    let Some(Role { name, arn }) = role else {
        return Ok(());
    };
    let _working = stack.console.working("role's policy");
    let iam = &stack.aws.iam;
    let inline = async {
        let call = iam.delete_role_policy();
        let call = call.role_name(name).policy_name(names::ROLE_POLICY);
        Ok(optional(call.send().await.named("DeleteRolePolicy"))?)
    };
    // AWS's policy, attached by earlier versions and by the Python scripts.
    let attached = async {
        let partition = arn.split(':').nth(1).unwrap_or("aws");
        let policy = names::basic_execution_policy(partition);
        let call = iam.detach_role_policy().role_name(name).policy_arn(policy);
        Ok(optional(call.send().await.named("DetachRolePolicy"))?)
    };
    join_all!(inline, attached)?;
    Ok(())
}

/// Deletes it (DeleteRole), with the policies that still refuse it.
///
/// # Errors
/// If AWS refuses for another reason, or still refuses after half a minute.
pub(crate) async fn delete(stack: &Stack, role: Option<&Role>) -> Result<()> {
    let Some(Role { name, .. }) = role else {
        return Ok(());
    };
    let _working = stack.console.working("role");
    let mut backoff = Backoff::poll().up_to(Duration::from_secs(30));
    let there = loop {
        let call = stack.aws.iam.delete_role().role_name(name);
        match optional(call.send().await.named("DeleteRole")) {
            // A policy counts for a moment longer, or a late call has just put it there.
            Err(error) if error.kind() == Kind::InUse && backoff.wait().await? => {
                delete_policies(stack, role).await?;
            }
            result => break result?.is_some(),
        }
    };
    stack.deleted(&format!("Role '{name}'"), there, |state| {
        state.under_way.end("CreateRole");
        if !python::needs_role_arn(state) {
            state.lambda_role_arn = None;
        }
    })
}
