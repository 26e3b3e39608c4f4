//! The role's policy: it only allows writing to the function's own log group.
//!
//! AWS's AWSLambdaBasicExecutionRole also allows creating log groups. With it, a
//! log line that Lambda delivers after `delete` would bring the group back,
//! without our tag and for ever.

use std::collections::BTreeSet;

use aws_client::error::optional;
use aws_client::names::{self, ROLE_POLICY};
use aws_client::{CallError, Named};
use common::{Result, State, join_all};
use serde::Serialize;
use serde_json::{Value, json};

use crate::resource::change::Change;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::role::policy_document;
use crate::stack::Stack;

/// The role's policies as AWS describes them.
pub(crate) type Live = resource::Live<(), Properties>;

/// The policies that we set on a role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    policy_document: Option<Value>,
    /// ARNs of managed policies.
    attached_policies: BTreeSet<String>,
}

/// The desired policies.
pub(crate) struct Desired<'a> {
    /// The stack they belong to.
    pub stack: &'a Stack,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "role's policy";
    const CREATE: &'static str = "PutRolePolicy";
    type Id = ();
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let account = self.stack.account();
        let (partition, id) = (&account.partition, &account.id);
        let region = &self.stack.aws.region;
        let group = names::log_group(&self.stack.config.names.function);
        Properties {
            policy_document: Some(json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Action": ["logs:CreateLogStream", "logs:PutLogEvents"],
                    "Resource": format!("arn:{partition}:logs:{region}:{id}:log-group:{group}:*"),
                }],
            })),
            attached_policies: BTreeSet::new(),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        let (inline, attached) = join_all!(inline(self.stack), attached(self.stack))?;
        let nothing = inline.is_none() && attached.is_empty();
        let live = Live {
            id: (),
            properties: Properties {
                policy_document: inline,
                attached_policies: attached,
            },
        };
        Ok((!nothing).then_some(live))
    }

    async fn create(&self) -> Result<(), CallError> {
        let document = self.desired().policy_document.unwrap_or_default();
        self.stack
            .aws
            .iam
            .put_role_policy()
            .role_name(&self.stack.config.names.role)
            .policy_name(ROLE_POLICY)
            .policy_document(document.to_string())
            .send()
            .await
            .named("PutRolePolicy")?;
        Ok(())
    }

    /// Also detaches managed policies: earlier versions attached AWS's.
    async fn update(&self, live: &Live, differences: &[Difference]) -> Result<(), CallError> {
        let ours = |it: &Difference| it.property.starts_with("PolicyDocument");
        if differences.iter().any(ours) {
            self.create().await?;
        }
        for arn in &live.properties.attached_policies {
            let role = &self.stack.config.names.role;
            let call = self.stack.aws.iam.detach_role_policy();
            let call = call.role_name(role).policy_arn(arn);
            optional(call.send().await.named("DetachRolePolicy"))?;
        }
        Ok(())
    }

    fn record(&self, (): &(), _: &mut State) {}
}

/// Creates or updates the role's policy, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>) -> Result<()> {
    let ensured = stack.ensure(&Desired { stack }, live).await?;
    if let Change::Updated(_) = ensured.change {
        let role = &stack.config.names.role;
        let suffix = ensured.change.suffix();
        let line = format!("Policy '{ROLE_POLICY}' of role '{role}'{suffix}");
        stack.console.message(&line);
    }
    Ok(())
}

/// Reads the policies of the role recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().lambda_role_arn {
        Some(_) => Desired { stack }.find().await,
        None => Ok(None),
    }
}

async fn inline(stack: &Stack) -> Result<Option<Value>> {
    let call = stack.aws.iam.get_role_policy();
    let call = call
        .role_name(&stack.config.names.role)
        .policy_name(ROLE_POLICY);
    let answer = optional(call.send().await.named("GetRolePolicy"))?;
    Ok(answer.map(|answer| policy_document(&answer.policy_document)))
}

async fn attached(stack: &Stack) -> Result<BTreeSet<String>> {
    let call = stack.aws.iam.list_attached_role_policies();
    let call = call.role_name(&stack.config.names.role);
    let answer = optional(call.send().await.named("ListAttachedRolePolicies"))?;
    let policies = answer.and_then(|answer| answer.attached_policies);
    let policies = policies.unwrap_or_default().into_iter();
    Ok(policies.filter_map(|policy| policy.policy_arn).collect())
}
