//! How the role policy is found, compared and changed.

use aws_client::find;
use aws_client::names::{self, ROLE_POLICY};
use common::join_all;
use serde_json::Value;

use crate::live::LiveResource;
use crate::live::role::policy_document;
use crate::resource::prelude::*;
use crate::role_policy::{RolePolicy, write_own_log_group};

/// The role's policies as AWS describes them.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    /// Our inline policy.
    inline: Option<Value>,
    /// The ARNs of the managed policies that are attached.
    attached: Vec<String>,
}

impl LiveResource for RolePolicy {
    type Live = Policies;

    fn recorded(&self, state: State) -> Option<Key> {
        state.lambda_role_arn?;
        Some(Key::within(state.lambda_role_name?, ROLE_POLICY))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Policies>> {
        let (inline, attached) = join_all!(
            inline(run, key),
            find::attached_policies(&run.aws, &key.parent)
        )?;
        let none = inline.is_none() && attached.is_empty();
        Ok((!none).then_some(Policies { inline, attached }))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&run.config.names.role, ROLE_POLICY)])
    }

    fn reference(run: &Run, live: &Policies) -> CallResult<Vec<String>> {
        let outdated = outdated(run);
        let others = live.attached.iter().filter(|arn| **arn != outdated);
        Ok(others.cloned().collect())
    }

    /// What a person has attached is left: the role's boundary holds anyway.
    fn differences(&self, run: &Run, live: &Policies) -> Vec<Difference> {
        let outdated = outdated(run);
        let mut attached = live.attached.clone();
        attached.retain(|arn| *arn == outdated);
        differences(&[
            ("PolicyDocument", &live.inline, &write_own_log_group(run)),
            ("AttachedPolicies", &attached, &Vec::<String>::new()),
        ])
    }

    /// Also detaches the policy of AWS that earlier versions attached.
    async fn update(&self, run: &Run, live: &Policies) -> CallResult {
        if live.inline != Some(write_own_log_group(run)) {
            self.create(run).await?;
        }
        let outdated = outdated(run);
        if live.attached.contains(&outdated) {
            let call = run.aws.iam.detach_role_policy().policy_arn(outdated);
            let answer = call.role_name(&run.config.names.role).send().await;
            optional(answer.named("DetachRolePolicy"))?;
        }
        Ok(())
    }

    async fn finish(&self, run: &Run, others: &Vec<String>, _: &Change) -> Result<()> {
        let role = &run.config.names.role;
        for arn in others {
            run.console.note(&format!(
                "policy '{arn}' of role '{role}' is not ours: it stays, and gives no right beyond the boundary; 'delete' removes it with the role"
            ));
        }
        Ok(())
    }
}

/// The policy that earlier versions attached: it allows making log groups.
fn outdated(run: &Run) -> String {
    names::basic_execution_policy(&run.account().partition)
}

async fn inline(run: &Run, key: &Key) -> Result<Option<Value>> {
    let call = run.aws.iam.get_role_policy().role_name(&key.parent);
    let answer = call.policy_name(&key.id).send().await;
    let found = optional(answer.named("GetRolePolicy"))?;
    Ok(found.map(|answer| policy_document(&answer.policy_document)))
}
