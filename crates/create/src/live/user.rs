//! How the user is found, compared and changed.

use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserOutput;
use aws_sdk_cognitoidentityprovider::types::AttributeType;
use serde_json::Value;

use crate::compare::property::{Property, overwrite};
use crate::config::names::USERNAME;
use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::user::User;

impl User {
    fn attribute_differences(&self, run: &Run, live: &AdminGetUserOutput) -> Vec<Difference> {
        let create = self.create_call(run);
        let desired = attributes(create.get_user_attributes().as_deref());
        let shown = attributes(live.user_attributes.as_deref());
        differences(&[("UserAttributes", &shown, &desired)])
    }
}

/// The attributes that we set, as an object; AWS adds others, such as `sub`.
fn attributes(attributes: Option<&[AttributeType]>) -> Value {
    let ours = ["email", "email_verified"];
    attributes
        .into_iter()
        .flatten()
        .filter(|attribute| ours.contains(&attribute.name()))
        .map(|attribute| (attribute.name.clone(), attribute.value.to_json()))
        .collect()
}

impl LiveResource for User {
    type Live = AdminGetUserOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        Some(Key::within(state.user_pool_id?, USERNAME))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.cognito.admin_get_user().user_pool_id(&key.parent);
        let answer = call.username(&key.id).send().await;
        Ok(optional(answer.named("AdminGetUser"))?)
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.pool.id, USERNAME)])
    }

    fn reference(_: &Run, _: &Self::Live) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let mut found = differences(&[("Enabled", &live.enabled, &true)]);
        found.extend(self.attribute_differences(run, live));
        found
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        if !live.enabled {
            let call = run.aws.cognito.admin_enable_user().username(USERNAME);
            let answer = call.user_pool_id(&self.pool.id).send().await;
            answer.named("AdminEnableUser")?;
        }
        if !self.attribute_differences(run, live).is_empty() {
            let update = run.aws.cognito.admin_update_user_attributes();
            let call =
                overwrite!(update, self.create_call(run); user_pool_id, username, user_attributes);
            call.send().await.named("AdminUpdateUserAttributes")?;
        }
        Ok(())
    }

    async fn finish(&self, run: &Run, (): &(), _: &Change) -> Result<()> {
        Ok(self.set_password(run).await?)
    }
}
