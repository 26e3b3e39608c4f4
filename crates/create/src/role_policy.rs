//! The role's policy: it only allows writing to the function's own log group.
//!
//! AWS's AWSLambdaBasicExecutionRole also allows creating log groups. With it, a
//! log line that Lambda delivers after `delete` would bring the group back,
//! without our tag and for ever.

use aws_client::names::{self, ROLE_POLICY};
use aws_sdk_iam::operation::put_role_policy::builders::PutRolePolicyFluentBuilder;
use common::join_all;
use serde_json::{Value, json};

use crate::compare::difference::{differences, has};
use crate::compare::property::Property;
use crate::resource::prelude::*;
use crate::role::policy_document;

/// The policy of the function's role.
pub(crate) struct RolePolicy;

/// The role's policies as AWS describes them.
#[derive(Clone, Debug)]
pub(crate) struct Policies {
    /// Our inline policy.
    inline: Option<Value>,
    /// The ARNs of the managed policies that are attached.
    attached: Vec<String>,
}

impl RolePolicy {
    fn create_call(&self, run: &Run) -> PutRolePolicyFluentBuilder {
        run.aws
            .iam
            .put_role_policy()
            .role_name(&run.config.names.role)
            .policy_name(ROLE_POLICY)
            .policy_document(write_own_log_group(run).to_string())
    }
}

fn write_own_log_group(run: &Run) -> Value {
    let account = run.account();
    let (partition, id) = (&account.partition, &account.id);
    let region = &run.aws.region;
    let group = names::log_group(&run.config.names.function);
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            // Not logs:CreateLogGroup.
            "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
            "Resource": format!("arn:{partition}:logs:{region}:{id}:log-group:{group}:*"),
        }],
    })
}

impl Resource for RolePolicy {
    const NAME: &'static str = "role's policy";
    const CREATE: Operation = Operation::new(
        "PutRolePolicy",
        "Lets the function write to its own log group, and nothing else: it may not even make a group, or a late line would bring a deleted one back.",
        &[],
    );
    const QUIET: bool = true;
    /// The role's ARN.
    type Needs = String;
    type Ref = ();
    type Live = Policies;

    fn new(_: String) -> RolePolicy {
        RolePolicy
    }

    fn title(_: &Run) -> String {
        format!("Policy '{ROLE_POLICY}'")
    }

    fn line(&self, run: &Run, (): &(), change: &Change) -> String {
        let role = &run.config.names.role;
        format!("Policy '{ROLE_POLICY}' of role '{role}'{change}")
    }

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

    async fn create(&self, run: &Run) -> CallResult {
        self.create_call(run)
            .send()
            .await
            .named("PutRolePolicy")
            .map(drop)
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
    async fn update(&self, run: &Run, live: &Policies, differences: &[Difference]) -> CallResult {
        if has(differences, "PolicyDocument") {
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
