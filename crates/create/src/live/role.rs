//! How the role is found, compared and changed.

use aws_client::find;
use aws_sdk_iam::types::Role as Description;
use percent_encoding::percent_decode_str;
use serde_json::Value;

use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::role::{Role, only_lambda};

impl LiveResource for Role {
    type Live = Description;

    fn recorded(&self, state: State) -> Option<Key> {
        state.lambda_role_arn?;
        state.lambda_role_name.map(Key::new)
    }

    /// Fails if the role is not ours: somebody else may have made one of that
    /// name since.
    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Description>> {
        let found = find::role(&run.aws, &key.id, &run.tag).await?;
        found.refuse_foreign(&self.title(run), "NAME_SUFFIX")
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(&run.config.names.role)])
    }

    async fn check_name_is_free(&self, run: &Run) -> Result<()> {
        self.find(run).await.map(drop) // Nothing is ours before a first run.
    }

    fn reference(_: &Run, live: &Description) -> CallResult<String> {
        required("GetRole", "Arn", Some(live.arn.clone()))
    }

    fn differences(&self, run: &Run, live: &Description) -> Vec<Difference> {
        let mut found = trust_differences(live);
        found.extend(self.boundary_differences(run, live));
        found
    }

    async fn update(&self, run: &Run, live: &Description) -> CallResult {
        let (iam, desired) = (&run.aws.iam, self.create_call(run));
        if !self.boundary_differences(run, live).is_empty() {
            iam.put_role_permissions_boundary()
                .role_name(&live.role_name)
                .set_permissions_boundary(desired.get_permissions_boundary().clone())
                .send()
                .await
                .named("PutRolePermissionsBoundary")?;
        }
        if !trust_differences(live).is_empty() {
            iam.update_assume_role_policy()
                .role_name(&live.role_name)
                .set_policy_document(desired.get_assume_role_policy_document().clone())
                .send()
                .await
                .named("UpdateAssumeRolePolicy")?;
        }
        Ok(())
    }

    fn record(&self, _: &Run, arn: &String, state: &mut State) {
        state.lambda_role_arn = Some(arn.clone());
    }
}

impl Role {
    fn boundary_differences(&self, run: &Run, live: &Description) -> Vec<Difference> {
        let attached = live.permissions_boundary.clone();
        let arn = attached.and_then(|boundary| boundary.permissions_boundary_arn);
        let desired = self.create_call(run).get_permissions_boundary().clone();
        differences(&[("PermissionsBoundary", &arn, &desired)])
    }
}

fn trust_differences(live: &Description) -> Vec<Difference> {
    let trust = policy_document(live.assume_role_policy_document().unwrap_or_default());
    differences(&[("AssumeRolePolicyDocument", &trust, &only_lambda())])
}

/// Parses a policy as IAM returns it: percent-encoded JSON (RFC 3986).
pub(crate) fn policy_document(text: &str) -> Value {
    let decoded = percent_decode_str(text).decode_utf8_lossy();
    serde_json::from_str(&decoded).unwrap_or_else(|_| Value::String(text.to_owned()))
}
