//! The function's execution role.
//!
//! AWS deletes only a role without policies. Ours go with the function: from then
//! on, no late line can bring the log group back. What somebody else has put on the
//! role has to go too; each such policy is named when it does.

use std::time::Duration;

use aws_client::error::optional;
use aws_client::retry::Backoff;
use aws_client::{Kind, Named, find, names};
use common::failure::all;
use common::{Result, join_all};

use crate::run::Run;

/// How long AWS may go on to count a policy that is gone.
const POLICY_TIMEOUT: Duration = Duration::from_secs(30);

/// An existing role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// For example `APIGatewayLambdaRole`.
    pub name: String,
    policies: Vec<Policy>,
}

/// A policy of the role.
#[derive(Clone, Debug)]
pub(crate) enum Policy {
    /// Written into the role, with this name: deleted with it.
    Inline(String),
    /// Attached to the role, with this ARN: it stays in the account.
    Attached(String),
}

impl Policy {
    /// Whether `create`, an earlier version of it or the Python scripts put it there.
    fn is_ours(&self) -> bool {
        match self {
            Policy::Inline(name) => name == names::ROLE_POLICY,
            // In every partition: `arn:aws:…`, `arn:aws-cn:…`.
            Policy::Attached(arn) => {
                let aws_policy = names::basic_execution_policy("aws");
                arn.rsplit(':').next() == aws_policy.rsplit(':').next()
            }
        }
    }

    fn title(&self) -> String {
        let (Policy::Inline(name) | Policy::Attached(name)) = self;
        format!("Policy '{name}'")
    }
}

/// Our role, if it exists and is ours: anybody could use the name.
pub(crate) async fn find(run: &Run) -> Result<Option<Role>> {
    let Some(name) = run.record.get().lambda_role_name else {
        return Ok(None);
    };
    let (ours, policies) = join_all!(is_ours(run, &name), policies(run, &name))?;
    Ok(ours.then_some(Role { name, policies }))
}

async fn is_ours(run: &Run, name: &str) -> Result<bool> {
    let state = run.record.get();
    let recorded = state.lambda_role_arn.is_some();
    let Some(tag) = &run.tag else {
        return Ok(recorded); // by the Python scripts
    };
    let found = find::role(&run.aws, name, tag).await?;
    let ours = run.ours_only(found, recorded, &format!("role '{name}'"));
    Ok(ours.is_some())
}

/// Its policies (ListRolePolicies, ListAttachedRolePolicies).
async fn policies(run: &Run, role: &str) -> Result<Vec<Policy>> {
    let (inline, attached) = join_all!(inline(run, role), find::attached_policies(&run.aws, role))?;
    let mut policies: Vec<Policy> = inline.into_iter().map(Policy::Inline).collect();
    policies.extend(attached.into_iter().map(Policy::Attached));
    Ok(policies)
}

async fn inline(run: &Run, role: &str) -> Result<Vec<String>> {
    let call = run.aws.iam.list_role_policies().role_name(role);
    let names = call.into_paginator().items().send().try_collect().await;
    // None, if the role itself is gone.
    Ok(optional(names.named("ListRolePolicies"))?.unwrap_or_default())
}

impl Role {
    /// What would be done with the policies that somebody else has put on it, as
    /// `--dry-run` shows it.
    pub(crate) fn foreign_policies(&self) -> impl Iterator<Item = String> {
        let foreign = self.policies.iter().filter(|policy| !policy.is_ours());
        foreign.map(|policy| {
            let (act, call) = match policy {
                Policy::Inline(_) => ("delete", "DeleteRolePolicy"),
                Policy::Attached(_) => ("detach", "DetachRolePolicy"),
            };
            let title = policy.title();
            format!("{act}: {title}, which somebody else added to the role ({call})")
        })
    }

    /// Removes its policies: with them goes what the function may do.
    pub(crate) async fn delete_policies(&self, run: &Run) -> Result<()> {
        self.remove(run, &self.policies).await
    }

    async fn remove(&self, run: &Run, policies: &[Policy]) -> Result<()> {
        let _shown = run.console.working("role's policies");
        let mut results = Vec::new();
        for policy in policies {
            results.push(self.remove_one(run, policy).await);
        }
        all(results)
    }

    /// Deletes the policy (DeleteRolePolicy), or takes it off (DetachRolePolicy).
    async fn remove_one(&self, run: &Run, policy: &Policy) -> Result<()> {
        let (iam, role) = (&run.aws.iam, &self.name);
        let done = match policy {
            Policy::Inline(name) => {
                let call = iam.delete_role_policy().role_name(role).policy_name(name);
                optional(call.send().await.named("DeleteRolePolicy"))?;
                "deleted"
            }
            Policy::Attached(arn) => {
                let call = iam.detach_role_policy().role_name(role).policy_arn(arn);
                optional(call.send().await.named("DetachRolePolicy"))?;
                "detached"
            }
        };
        if !policy.is_ours() {
            let title = policy.title();
            run.console.line(&format!(
                "{title}, which somebody else had added to role '{role}', {done}"
            ));
        }
        Ok(())
    }

    /// Deletes it (DeleteRole), and the policies for which AWS still refuses.
    ///
    /// # Errors
    /// If AWS refuses for another reason, or still refuses after half a minute.
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        let name = &self.name;
        let _shown = run.console.working("role");
        let mut backoff = Backoff::poll().up_to(POLICY_TIMEOUT);
        let was_there = loop {
            let call = run.aws.iam.delete_role().role_name(name);
            match optional(call.send().await.named("DeleteRole")) {
                // A policy counts for a moment longer, or a late call has just put it there.
                Err(error) if error.kind() == Kind::InUse && backoff.wait().await? => {
                    let policies = policies(run, name).await?;
                    self.remove(run, &policies).await?;
                }
                deleted => break deleted?.is_some(),
            }
        };
        run.deleted(&format!("Role '{name}'"), was_there, |state| {
            state.under_way.end("CreateRole");
            // The role's ARN identifies the scripts' function and account.
            if !state.is_from_python() {
                state.lambda_role_arn = None;
            }
        })
    }
}
