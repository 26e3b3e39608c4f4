//! The user pool: who can sign in, and who signs the tokens.

use api_aws::{Named, find};
use api_core::Result;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AttributeDataType, PasswordPolicyType,
    RecoveryOptionNameType, RecoveryOptionType, SchemaAttributeType, UserPoolPolicyType,
    UsernameConfigurationType, VerifiedAttributeType,
};

use crate::report::Step;
use crate::stack::Stack;

/// A user pool that is there.
#[derive(Debug)]
pub struct UserPool {
    /// For example `us-east-1_abcdef`.
    pub id: String,
}

/// Creates the user pool (CreateUserPool).
pub async fn create(stack: &Stack) -> Result<UserPool> {
    let recorded = stack.state.get().user_pool_id;
    let made = stack
        .once(
            "user pool",
            recorded.is_some(),
            || find_ours(stack, recorded.as_deref()),
            || call(stack),
        )
        .await?;
    let id = made.value.clone();
    let issuer = format!(
        "https://cognito-idp.{}.amazonaws.com/{id}",
        stack.aws.region
    );
    stack.state.update(|state| {
        state.user_pool_id = Some(id.clone());
        state.user_pool_jwt_issuer_url = Some(issuer);
    })?;
    stack.line(
        Step::UserPool,
        made.line(format!("User Pool created with ID: '{id}'")),
    );
    Ok(UserPool { id })
}

/// Names of pools are not unique: the tag decides.
async fn find_ours(stack: &Stack, recorded: Option<&str>) -> Result<Option<String>> {
    let found = match recorded {
        Some(id) => find::user_pool(&stack.aws, id, &stack.ours).await?,
        None => {
            let name = &stack.plan.names.user_pool;
            find::user_pools(&stack.aws, name, &stack.ours)
                .await?
                .into_iter()
                .next()
        }
    };
    Ok(found.and_then(|pool| pool.id))
}

async fn call(stack: &Stack) -> Result<String, api_aws::CallError> {
    let (tag, deployment_id) = stack.ours.tag();
    let answer = stack
        .aws
        .cognito
        .create_user_pool()
        .pool_name(&stack.plan.names.user_pool)
        .policies(
            UserPoolPolicyType::builder()
                .password_policy(password_policy())
                .build(),
        )
        .schema(required_email())
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .set_username_configuration(any_case())
        .admin_create_user_config(open_sign_up())
        .account_recovery_setting(recovery_by_email())
        .user_pool_tags(tag, deployment_id)
        .send()
        .await
        .named("CreateUserPool")?;
    Ok(answer
        .user_pool
        .and_then(|pool| pool.id)
        .unwrap_or_default())
}

/// Length is what counts (NIST SP 800-63B); kinds of characters are not asked for.
fn password_policy() -> PasswordPolicyType {
    PasswordPolicyType::builder()
        .minimum_length(8)
        .require_lowercase(false)
        .require_uppercase(false)
        .require_numbers(false)
        .require_symbols(false)
        // AWS's default; the SDK would send a 0.
        .temporary_password_validity_days(7)
        .build()
}

fn required_email() -> SchemaAttributeType {
    SchemaAttributeType::builder()
        .name("email")
        .attribute_data_type(AttributeDataType::String)
        .required(true)
        .mutable(true)
        .build()
}

/// `testuser` signs in as `Testuser` does.
fn any_case() -> Option<UsernameConfigurationType> {
    UsernameConfigurationType::builder()
        .case_sensitive(false)
        .build()
        .ok()
}

/// Anybody may sign up; the address is verified by a code.
fn open_sign_up() -> AdminCreateUserConfigType {
    AdminCreateUserConfigType::builder()
        .allow_admin_create_user_only(false)
        .build()
}

fn recovery_by_email() -> AccountRecoverySettingType {
    let by_email = RecoveryOptionType::builder()
        .name(RecoveryOptionNameType::VerifiedEmail)
        .priority(1)
        .build()
        .ok();
    AccountRecoverySettingType::builder()
        .set_recovery_mechanisms(by_email.map(|m| vec![m]))
        .build()
}
