//! How the role policy is found, compared and changed.

use aws_client::names::{self, ROLE_POLICY};
use common::join_all;
use serde_json::Value;

use crate::compare::difference::differences;
use crate::compare::property::Property;
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

    fn recorded(state: State) -> Option<Key> {
        state
            .lambda_role_arn
            .and(state.lambda_role_name)
            .map(|role| Key::within(role, ROLE_POLICY))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Policies>> {
        let (inline, attached) = join_all!(inline(run, key), attached(run, &key.parent))?;
        let none = inline.is_none() && attached.is_empty();
        Ok((!none).then_some(Policies { inline, attached }))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&run.config.names.role, ROLE_POLICY)])
    }

    fn reference(_: &Run, _: &Policies) -> CallResult {
        Ok(())
    }

    /// What a person has attached is left: the role's boundary holds anyway.
    fn differences(&self, run: &Run, live: &Policies) -> Vec<Difference> {
        let inline = live.inline.clone().unwrap_or_default();
        let none: Vec<String> = Vec::new();
        let outdated: Vec<String> = outdated(run, live).cloned().collect();
        differences([
            ("PolicyDocument", inline, write_own_log_group(run)),
            ("AttachedPolicies", outdated.to_json(), none.to_json()),
        ])
    }

    /// Also detaches the policy of AWS that earlier versions attached.
    async fn update(&self, run: &Run, live: &Policies) -> CallResult {
        if live.inline != Some(write_own_log_group(run)) {
            self.create(run).await?;
        }
        for arn in outdated(run, live) {
            let call = run
                .aws
                .iam
                .detach_role_policy()
                .role_name(&run.config.names.role);
            let answer = call.policy_arn(arn).send().await;
            optional(answer.named("DetachRolePolicy"))?;
        }
        Ok(())
    }

    async fn finish(&self, run: &Run, (): &(), change: &Change) -> Result<()> {
        if *change == Change::Created {
            return Ok(());
        }
        let role = &run.config.names.role;
        let key = Key::within(role, ROLE_POLICY);
        let Some(live) = Self::get(run, &key).await? else {
            return Ok(());
        };
        for arn in &live.attached {
            run.console.note(&format!(
                "policy '{arn}' of role '{role}' is not ours: it stays, and gives no right beyond the boundary; 'delete' removes it with the role"
            ));
        }
        Ok(())
    }
}

/// The policy that earlier versions attached: it allows making log groups.
fn outdated<'l>(run: &Run, live: &'l Policies) -> impl Iterator<Item = &'l String> {
    let theirs = names::basic_execution_policy(&run.account().partition);
    live.attached.iter().filter(move |arn| **arn == theirs)
}

async fn inline(run: &Run, key: &Key) -> Result<Option<Value>> {
    let call = run
        .aws
        .iam
        .get_role_policy()
        .role_name(&key.parent)
        .policy_name(&key.id);
    let answer = optional(call.send().await.named("GetRolePolicy"))?;
    Ok(answer.map(|answer| policy_document(&answer.policy_document)))
}

async fn attached(run: &Run, role: &str) -> Result<Vec<String>> {
    let call = run.aws.iam.list_attached_role_policies().role_name(role);
    let mut pages = call.into_paginator().send();
    let mut arns = Vec::new();
    while let Some(page) = pages.next().await {
        // None, if the role itself is gone.
        let Some(page) = optional(page.named("ListAttachedRolePolicies"))? else {
            break;
        };
        let policies = page.attached_policies.into_iter().flatten();
        arns.extend(policies.filter_map(|policy| policy.policy_arn));
    }
    Ok(arns)
}
