//! The test user.

use api_aws::error::optional;
use api_aws::{CallError, Kind, Named};
use api_core::Result;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, MessageActionType, UserStatusType};

use crate::names::{EMAIL, USERNAME};
use crate::report::Step;
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// Creates the test user with its password (AdminCreateUser, AdminSetUserPassword).
pub async fn create(stack: &Stack, pool: &UserPool) -> Result<()> {
    let made = stack
        .once(
            "user",
            false,
            || find_ours(stack, pool),
            || call(stack, pool),
        )
        .await?;
    let line = format!(
        "User '{USERNAME}' created with email '{EMAIL}' in User Pool '{}'.",
        pool.id
    );
    stack.line(Step::User, made.line(line));
    Ok(())
}

/// Done is done only with a password: until then the status is not CONFIRMED.
async fn find_ours(stack: &Stack, pool: &UserPool) -> Result<Option<()>> {
    let call = stack
        .aws
        .cognito
        .admin_get_user()
        .user_pool_id(&pool.id)
        .username(USERNAME);
    let user = optional(call.send().await.named("AdminGetUser"))?;
    let ready = user.is_some_and(|user| user.user_status == Some(UserStatusType::Confirmed));
    Ok(ready.then_some(()))
}

async fn call(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    match create_user(stack, pool).await {
        Err(error) if error.kind() == Kind::Exists => {}
        result => result?,
    }
    set_password(stack, pool).await
}

async fn create_user(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    let attribute = |name, value| {
        AttributeType::builder()
            .name(name)
            .value(value)
            .build()
            .ok()
    };
    let attributes = [
        attribute("email", EMAIL),
        attribute("email_verified", "true"),
    ];
    stack
        .aws
        .cognito
        .admin_create_user()
        .user_pool_id(&pool.id)
        .username(USERNAME)
        .set_user_attributes(Some(attributes.into_iter().flatten().collect()))
        // No invitation by mail: example.com takes none.
        .message_action(MessageActionType::Suppress)
        .send()
        .await
        .named("AdminCreateUser")?;
    Ok(())
}

async fn set_password(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    stack
        .aws
        .cognito
        .admin_set_user_password()
        .user_pool_id(&pool.id)
        .username(USERNAME)
        .password(stack.plan.password.reveal())
        .permanent(true)
        .send()
        .await
        .named("AdminSetUserPassword")?;
    Ok(())
}
