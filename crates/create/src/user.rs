//! The test user: the person who signs in.
//!
//! In OAuth's terms the resource owner, in OpenID Connect's the end-user. Made
//! as an administrator would, so that the lesson needs no mailbox.

use aws_sdk_cognitoidentityprovider::operation::admin_create_user::builders::AdminCreateUserFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserOutput;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};
use serde_json::Value;

use crate::compare::difference::{differences, has};
use crate::compare::property::{Property, overwrite};
use crate::config::names::{EMAIL, USERNAME};
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The test user in this pool.
pub(crate) struct User {
    pool: UserPoolRef,
}

impl User {
    fn create_call(&self, run: &Run) -> AdminCreateUserFluentBuilder {
        run.aws
            .cognito
            .admin_create_user()
            .user_pool_id(&self.pool.id)
            .username(USERNAME)
            // The claims `email` and `email_verified` of the id token.
            .user_attributes(attribute("email", EMAIL))
            .user_attributes(attribute("email_verified", "true"))
            // No invitation by email: nobody reads example.com's mail.
            .message_action(MessageActionType::Suppress)
    }

    /// Sets a lasting password: an administrator's user has only a temporary
    /// one, and would have to change it at the first sign-in.
    async fn set_password(&self, run: &Run) -> CallResult {
        run.aws
            .cognito
            .admin_set_user_password()
            .user_pool_id(&self.pool.id)
            .username(USERNAME)
            .password(run.config.password.reveal())
            .permanent(true)
            .send()
            .await
            .named("AdminSetUserPassword")?;
        Ok(())
    }
}

fn attribute(name: &str, value: &str) -> AttributeType {
    let attribute = AttributeType::builder().name(name).value(value);
    attribute.build().expect("its required values are set")
}

/// The attributes that we set, as an object; AWS adds others, such as `sub`.
fn attributes(attributes: Option<&[AttributeType]>) -> Value {
    let ours = ["email", "email_verified"];
    let attributes = attributes
        .into_iter()
        .flatten()
        .filter(|attribute| ours.contains(&attribute.name()));
    attributes
        .map(|attribute| (attribute.name.clone(), attribute.value.to_json()))
        .collect()
}

impl Resource for User {
    const NAME: &'static str = "user";
    const CREATE: Operation = Operation::new(
        "AdminCreateUser",
        "Adds the test user as an administrator does, without an invitation by email.",
        &["User.Username", "User.UserStatus"],
    );
    type Needs = UserPoolRef;
    type Ref = ();
    type Live = AdminGetUserOutput;

    fn new(pool: UserPoolRef) -> User {
        User { pool }
    }

    fn title(_: &Run) -> String {
        format!("User '{USERNAME}'")
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        let mut change = change.to_string();
        if change.ends_with(')') {
            change.insert_str(change.len() - 1, "; password set again");
        }
        let pool_id = &self.pool.id;
        format!("User '{USERNAME}' created with email '{EMAIL}' in User Pool '{pool_id}'.{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        Some(Key::within(state.user_pool_id?, USERNAME))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.cognito.admin_get_user().user_pool_id(&key.parent);
        let answer = call.username(&key.id).send().await;
        Ok(optional(answer.named("AdminGetUser"))?)
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.pool.id, USERNAME)])
    }

    async fn create(&self, run: &Run) -> CallResult {
        self.create_call(run)
            .send()
            .await
            .named("AdminCreateUser")
            .map(drop)
    }

    fn reference(_: &Run, _: &Self::Live) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let desired = self.create_call(run);
        let desired = attributes(desired.get_user_attributes().as_deref());
        let attributes_of_live = attributes(live.user_attributes.as_deref());
        differences([
            ("UserAttributes", attributes_of_live, desired),
            ("Enabled", live.enabled.to_json(), true.to_json()),
        ])
    }

    async fn update(&self, run: &Run, live: &Self::Live, found: &[Difference]) -> CallResult {
        if !live.enabled {
            let call = run
                .aws
                .cognito
                .admin_enable_user()
                .user_pool_id(&self.pool.id)
                .username(USERNAME);
            call.send().await.named("AdminEnableUser")?;
        }
        if has(found, "UserAttributes") {
            let call = run.aws.cognito.admin_update_user_attributes();
            let call =
                overwrite!(call, self.create_call(run); user_pool_id, username, user_attributes);
            call.send().await.named("AdminUpdateUserAttributes")?;
        }
        Ok(())
    }

    async fn finish(&self, run: &Run, (): &(), _: &Change) -> Result<()> {
        Ok(self.set_password(run).await?)
    }
}
