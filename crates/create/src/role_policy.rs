//! The role's policy: it only allows writing to the function's own log group.
//!
//! AWS's AWSLambdaBasicExecutionRole also allows creating log groups. With it, a
//! log line that Lambda delivers after `delete` would bring the group back,
//! without our tag and for ever.

use aws_client::names::{self, ROLE_POLICY};
use aws_sdk_iam::operation::put_role_policy::builders::PutRolePolicyFluentBuilder;
use serde_json::{Value, json};

use crate::resource::prelude::*;

/// The policy of the function's role.
pub(crate) struct RolePolicy;

impl RolePolicy {
    pub(crate) fn create_call(&self, run: &Run) -> PutRolePolicyFluentBuilder {
        run.aws
            .iam
            .put_role_policy()
            .role_name(&run.config.names.role)
            .policy_name(ROLE_POLICY)
            .policy_document(write_own_log_group(run).to_string())
    }
}

pub(crate) fn write_own_log_group(run: &Run) -> Value {
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
    /// The ARNs of the managed policies that others have attached to the role.
    type Ref = Vec<String>;

    fn new(_: String) -> RolePolicy {
        RolePolicy
    }

    fn title(&self, _: &Run) -> String {
        format!("Policy '{ROLE_POLICY}'")
    }

    fn line(&self, run: &Run, _: &Vec<String>, change: &Change) -> String {
        let role = &run.config.names.role;
        format!("Policy '{ROLE_POLICY}' of role '{role}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<Vec<String>> {
        let answer = self.create_call(run).send().await;
        answer.named("PutRolePolicy").map(|_| Vec::new())
    }
}
