//! The function's execution role: what the function may do in the account.
//!
//! Lambda takes the role on before it runs the function, and the function then
//! has the rights of the role and no others. Whoever may write a role's policy
//! and pass the role to Lambda could otherwise have Lambda do anything; the
//! permissions boundary prevents that, and `iam-policy.json` requires it.

use aws_client::{find, names};
use aws_sdk_iam::operation::create_role::builders::CreateRoleFluentBuilder;
use aws_sdk_iam::types::{Role as Description, Tag};
use percent_encoding::percent_decode_str;
use serde_json::{Value, json};

use crate::compare::difference::{differences, has};
use crate::compare::property::Property;
use crate::resource::prelude::*;

/// The function's role.
pub(crate) struct Role;

impl Role {
    fn create_call(&self, run: &Run) -> CreateRoleFluentBuilder {
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
fn only_lambda() -> Value {
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
    type Live = Description;

    fn new((): ()) -> Role {
        Role
    }

    fn title(run: &Run) -> String {
        format!("Role '{}'", run.config.names.role)
    }

    fn line(&self, _: &Run, arn: &String, change: &Change) -> String {
        format!("Lambda execution role created with ARN: '{arn}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        state
            .lambda_role_arn
            .and(state.lambda_role_name)
            .map(Key::new)
    }

    /// Fails if the role is not ours: somebody else may have made one of that
    /// name since.
    async fn get(run: &Run, key: &Key) -> Result<Option<Description>> {
        let found = find::role(&run.aws, &key.id, &run.tag).await?;
        found.refuse_foreign(&Self::title(run), "NAME_SUFFIX")
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(&run.config.names.role)])
    }

    async fn check_name_is_free(run: &Run) -> Result<()> {
        let key = Key::new(&run.config.names.role);
        Self::get(run, &key).await.map(drop) // Nothing is ours before a first run.
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let role = answer.named("CreateRole")?.role;
        required("CreateRole", "Arn", role.map(|role| role.arn))
    }

    fn reference(_: &Run, live: &Description) -> CallResult<String> {
        required("GetRole", "Arn", Some(live.arn.clone()))
    }

    fn differences(&self, run: &Run, live: &Description) -> Vec<Difference> {
        let desired = self.create_call(run);
        let trust = live.assume_role_policy_document().unwrap_or_default();
        let boundary = live
            .permissions_boundary()
            .and_then(|boundary| boundary.permissions_boundary_arn.clone());
        let desired_boundary = desired.get_permissions_boundary().to_json();
        differences([
            (
                "AssumeRolePolicyDocument",
                policy_document(trust),
                only_lambda(),
            ),
            ("PermissionsBoundary", boundary.to_json(), desired_boundary),
        ])
    }

    async fn update(
        &self,
        run: &Run,
        live: &Description,
        differences: &[Difference],
    ) -> CallResult {
        let (iam, desired) = (&run.aws.iam, self.create_call(run));
        if has(differences, "PermissionsBoundary") {
            let boundary = desired.get_permissions_boundary().clone();
            let call = iam
                .put_role_permissions_boundary()
                .role_name(&live.role_name)
                .set_permissions_boundary(boundary);
            call.send().await.named("PutRolePermissionsBoundary")?;
        }
        if has(differences, "AssumeRolePolicyDocument") {
            let document = desired.get_assume_role_policy_document().clone();
            let call = iam
                .update_assume_role_policy()
                .role_name(&live.role_name)
                .set_policy_document(document);
            call.send().await.named("UpdateAssumeRolePolicy")?;
        }
        Ok(())
    }

    fn record(&self, _: &Run, arn: &String, state: &mut State) {
        state.lambda_role_arn = Some(arn.clone());
    }
}

/// Parses a policy as IAM returns it: percent-encoded JSON (RFC 3986).
pub(crate) fn policy_document(text: &str) -> Value {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(text.to_owned()))
}
