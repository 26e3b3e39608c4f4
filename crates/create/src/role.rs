//! The function's execution role: what the function may do in the account.
//!
//! Lambda assumes the role before it runs the function, and the function then has
//! the permissions of the role and no others. Without one, Lambda could neither
//! start the function nor write its log.
//!
//! Anyone who may write a role's policy and pass the role to Lambda could have
//! Lambda do anything. The permissions boundary prevents that, and
//! `iam-policy.json` requires it.

use aws_client::names;
use aws_sdk_iam::operation::create_role::builders::CreateRoleFluentBuilder;
use aws_sdk_iam::types::Tag;
use serde_json::{Value, json};

use crate::resource::prelude::*;

/// The function's role.
pub(crate) struct Role;

impl Role {
    pub(crate) fn create_call(&self, run: &Run) -> CreateRoleFluentBuilder {
        let tags = run.tags().into_iter().map(|(key, value)| {
            let tag = Tag::builder().key(key).value(value).build();
            tag.expect("its required values are set")
        });
        let partition = &run.account().partition;
        run.aws
            .iam
            .create_role()
            .role_name(&run.config.names.role)
            .assume_role_policy_document(only_lambda().to_string())
            // Whatever the role's policies say, it can only write logs.
            .permissions_boundary(names::basic_execution_policy(partition))
            .set_tags(Some(tags.collect()))
    }
}

/// Only Lambda may take the role on.
pub(crate) fn only_lambda() -> Value {
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Effect": "Allow",
            "Principal": { "Service": "lambda.amazonaws.com" },
            "Action": "sts:AssumeRole",
        }],
    })
}

impl Resource for Role {
    const NAME: &'static str = "role";
    const CREATE: Operation = Operation::new(
        "CreateRole",
        "Makes the role that the function runs with; only Lambda may take it on.",
        &["Arn"],
    );
    type Needs = ();
    /// Its ARN, for example `arn:aws:iam::123456789876:role/APIGatewayLambdaRole`.
    type Ref = String;

    fn new((): ()) -> Role {
        Role
    }

    fn title(&self, run: &Run) -> String {
        format!("Role '{}'", run.config.names.role)
    }

    fn line(&self, _: &Run, arn: &String, change: &Change) -> String {
        format!("Lambda execution role created with ARN: '{arn}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let role = answer.named("CreateRole")?.role;
        required("CreateRole", "Arn", role.map(|role| role.arn))
    }
}
