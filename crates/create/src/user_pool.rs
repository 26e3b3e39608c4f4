//! The user pool: who can sign in, and who signs the tokens.
//!
//! In OpenID Connect's terms it is the OpenID provider, in OAuth's the
//! authorization server. It keeps the users and their passwords, has a pair of
//! keys of its own, and publishes the public ones, with which the API and
//! `tokens` verify what it signs. Without it, every application would have to
//! keep passwords itself, and nobody could tell a genuine token.

use aws_sdk_cognitoidentityprovider::operation::create_user_pool::builders::CreateUserPoolFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AttributeDataType,
    IssuerConfigurationType, IssuerType, PasswordPolicyType, RecoveryOptionNameType,
    RecoveryOptionType, SchemaAttributeType, UserPoolPolicyType, UsernameConfigurationType,
    VerifiedAttributeType,
};

use crate::config::hosts;
use crate::resource::prelude::*;

/// The user pool.
pub(crate) struct UserPool;

/// An existing user pool.
#[derive(Clone, Debug)]
pub(crate) struct UserPoolRef {
    /// For example `us-east-1_abcdef`.
    pub id: String,
    /// `iss` of every token that it signs.
    pub issuer: String,
}

impl Reference for UserPoolRef {
    fn unknown() -> UserPoolRef {
        UserPoolRef {
            id: String::unknown(),
            issuer: String::unknown(),
        }
    }
}

impl UserPool {
    pub(crate) fn create_call(&self, run: &Run) -> CreateUserPoolFluentBuilder {
        run.aws
            .cognito
            .create_user_pool()
            .pool_name(&run.config.names.user_pool)
            .policies(
                UserPoolPolicyType::builder()
                    .password_policy(password_policy())
                    .build(),
            )
            // `testuser` and `Testuser` are one user: people type both.
            .username_configuration(
                UsernameConfigurationType::builder()
                    .case_sensitive(false)
                    .build()
                    .expect("its only required value is set"),
            )
            .admin_create_user_config(sign_up(run, None))
            // A code sent to the address verifies it: until then `email` in a token
            // is only a claim of the person's own.
            .schema(email())
            .auto_verified_attributes(VerifiedAttributeType::Email)
            // A forgotten password is reset through the verified address.
            .account_recovery_setting(recovery_by_email())
            // The other form, `https://issuer-cognito-idp...`, is not yet what API
            // Gateway and most libraries have been tested with.
            .issuer_configuration(
                IssuerConfigurationType::builder()
                    .r#type(IssuerType::Original)
                    .build(),
            )
            // Names are not unique: the tag says that it is ours.
            .set_user_pool_tags(Some(run.tags()))
    }
}

/// Length is what counts (NIST SP 800-63B); no kinds of characters are required.
pub(crate) fn password_policy() -> PasswordPolicyType {
    PasswordPolicyType::builder()
        .minimum_length(8)
        // AWS's default; if it is not set, the SDK sends 0.
        .temporary_password_validity_days(7)
        .build()
}

fn email() -> SchemaAttributeType {
    SchemaAttributeType::builder()
        .name("email")
        .attribute_data_type(AttributeDataType::String)
        .required(true)
        .mutable(true)
        .build()
}

pub(crate) fn recovery_by_email() -> AccountRecoverySettingType {
    let by_email = RecoveryOptionType::builder()
        .name(RecoveryOptionNameType::VerifiedEmail)
        .priority(1)
        .build()
        .expect("its required values are set");
    AccountRecoverySettingType::builder()
        .recovery_mechanisms(by_email)
        .build()
}

impl Resource for UserPool {
    const NAME: &'static str = "user pool";
    const CREATE: Operation = Operation::new(
        "CreateUserPool",
        "Makes the user pool: the OpenID provider that knows the users and signs the tokens.",
        &["UserPool.Id", "UserPool.Arn"],
    );
    const IMMUTABLE: &'static [&'static str] = &[
        "UsernameConfiguration.CaseSensitive",
        "SchemaAttributes.email.Mutable",
        "SchemaAttributes.email.Required",
    ];
    type Needs = ();
    type Ref = UserPoolRef;

    fn new((): ()) -> UserPool {
        UserPool
    }

    fn title(&self, run: &Run) -> String {
        format!("User Pool '{}'", run.config.names.user_pool)
    }

    fn line(&self, _: &Run, pool: &UserPoolRef, change: &Change) -> String {
        format!("User Pool created with ID: '{}'{change}", pool.id)
    }

    async fn create(&self, run: &Run) -> CallResult<UserPoolRef> {
        let answer = self.create_call(run).send().await;
        let pool = answer.named("CreateUserPool")?.user_pool;
        let id = required("CreateUserPool", "Id", pool.and_then(|pool| pool.id))?;
        Ok(reference(run, id))
    }
}

pub(crate) fn reference(run: &Run, id: String) -> UserPoolRef {
    UserPoolRef {
        issuer: hosts::issuer(&run.aws.region, &id),
        id,
    }
}

/// Whether anybody may sign up; the message of an invitation is kept, if a person
/// has set one.
pub(crate) fn sign_up(
    run: &Run,
    live: Option<AdminCreateUserConfigType>,
) -> AdminCreateUserConfigType {
    let mut config = live.unwrap_or_else(|| AdminCreateUserConfigType::builder().build());
    config.allow_admin_create_user_only = !run.config.sign_up_is_open;
    config
}
