//! The function's execution role.
//!
//! Anyone who may write a role's policy and pass the role to Lambda could make
//! Lambda do anything. The permissions boundary prevents that: whatever the
//! role's policies say, it can only write logs. `iam-policy.json` requires it.

use aws_client::{CallError, Named, find, names};
use aws_sdk_iam::types::{Role as Description, Tag};
use common::{Result, State};
use percent_encoding::percent_decode_str;
use serde::Serialize;
use serde_json::{Value, json};

use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// An existing role.
#[derive(Clone, Debug)]
pub(crate) struct Role {
    /// For example `arn:aws:iam::123456789876:role/APIGatewayLambdaRole`.
    pub arn: String,
}

/// The role as AWS describes it.
pub(crate) type Live = resource::Live<Role, Properties>;

/// The properties that we set on a role.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    assume_role_policy_document: Value,
    permissions_boundary: Option<String>,
}

/// The desired role.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "role";
    const CREATE: &'static str = "CreateRole";
    type Id = Role;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let partition = &self.stack.account().partition;
        Properties {
            // Only Lambda may assume the role.
            assume_role_policy_document: json!({
                "Version": "2012-10-17",
                "Statement": [{
                    "Effect": "Allow",
                    "Principal": { "Service": "lambda.amazonaws.com" },
                    "Action": "sts:AssumeRole",
                }],
            }),
            permissions_boundary: Some(names::basic_execution_policy(partition)),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        let name = &self.stack.config.names.role;
        let found = find::role(&self.stack.aws, name, &self.stack.tag).await?;
        let role = found.refuse_foreign(&format!("Role '{name}'"), "NAME_SUFFIX")?;
        Ok(role.as_ref().map(live))
    }

    async fn create(&self) -> Result<Role, CallError> {
        let (key, value) = self.stack.tag.pair();
        let tag = Tag::builder().key(key).value(value).build().ok();
        let desired = self.desired();
        let answer = self
            .stack
            .aws
            .iam
            .create_role()
            .role_name(&self.stack.config.names.role)
            .assume_role_policy_document(desired.assume_role_policy_document.to_string())
            .set_permissions_boundary(desired.permissions_boundary)
            .set_tags(tag.map(|tag| vec![tag]))
            .send()
            .await
            .named("CreateRole")?;
        Ok(Role {
            arn: answer.role.map(|role| role.arn).unwrap_or_default(),
        })
    }

    async fn update(&self, _: &Live, differences: &[Difference]) -> Result<(), CallError> {
        let (iam, name) = (&self.stack.aws.iam, &self.stack.config.names.role);
        let desired = self.desired();
        let differs = |property| {
            differences
                .iter()
                .any(|it| it.property.starts_with(property))
        };
        if differs("PermissionsBoundary") {
            let call = iam.put_role_permissions_boundary().role_name(name);
            let call = call.set_permissions_boundary(desired.permissions_boundary);
            call.send().await.named("PutRolePermissionsBoundary")?;
        }
        if differs("AssumeRolePolicyDocument") {
            let document = desired.assume_role_policy_document.to_string();
            let call = iam.update_assume_role_policy().role_name(name);
            let call = call.policy_document(document);
            call.send().await.named("UpdateAssumeRolePolicy")?;
        }
        Ok(())
    }

    fn record(&self, role: &Role, state: &mut State) {
        state.lambda_role_arn = Some(role.arn.clone());
    }
}

/// Creates or updates the role, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>) -> Result<Role> {
    let ensured = stack.ensure(&Desired { stack }, live).await?;
    let (arn, suffix) = (&ensured.id.arn, ensured.change.suffix());
    stack.line(
        OutputLine::Role,
        format!("Lambda execution role created with ARN: '{arn}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the role recorded in state.json. Fails if it is no longer ours:
/// somebody else may have created one of that name since.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().lambda_role_arn {
        Some(_) => Desired { stack }.find().await,
        None => Ok(None),
    }
}

fn live(role: &Description) -> Live {
    let document = role.assume_role_policy_document().unwrap_or_default();
    let boundary = role.permissions_boundary();
    let boundary = boundary.and_then(|boundary| boundary.permissions_boundary_arn());
    Live {
        id: Role {
            arn: role.arn.clone(),
        },
        properties: Properties {
            assume_role_policy_document: policy_document(document),
            permissions_boundary: boundary.map(str::to_owned),
        },
    }
}

/// Parses a policy as IAM returns it: percent-encoded JSON (RFC 3986).
pub(crate) fn policy_document(text: &str) -> Value {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(text.to_owned()))
}
