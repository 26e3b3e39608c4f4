//! The test user: the person who signs in.
//!
//! In OAuth's terms the resource owner, in OpenID Connect's the end-user. Created
//! as an administrator would do it, so the lesson needs no mailbox. Without a
//! user, the sign-in page would have nobody to let in.

use aws_sdk_cognitoidentityprovider::operation::admin_create_user::builders::AdminCreateUserFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType};

use crate::config::names::{EMAIL, USERNAME};
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The test user in this pool.
pub(crate) struct User {
    pub pool: UserPoolRef,
}

impl User {
    pub(crate) fn create_call(&self, run: &Run) -> AdminCreateUserFluentBuilder {
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
    pub(crate) async fn set_password(&self, run: &Run) -> CallResult {
        run.aws
            .cognito
            .admin_set_user_password()
            .user_pool_id(&self.pool.id)
            .username(USERNAME)
            .password(run.config.password.reveal())
            .permanent(true)
            .send()
            .await
            .named("AdminSetUserPassword")
            .map(drop)
    }
}

fn attribute(name: &str, value: &str) -> AttributeType {
    let attribute = AttributeType::builder().name(name).value(value);
    attribute.build().expect("its required values are set")
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

    fn new(pool: UserPoolRef) -> User {
        User { pool }
    }

    fn title(&self, _: &Run) -> String {
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

    async fn create(&self, run: &Run) -> CallResult {
        let answer = self.create_call(run).send().await;
        answer.named("AdminCreateUser").map(drop)
    }
}
