//! The user pool: who can sign in, and who signs the tokens.

use std::collections::HashMap;

use aws_client::error::optional;
use aws_client::find;
use aws_client::{CallError, Named};
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AttributeDataType, PasswordPolicyType,
    RecoveryOptionNameType, RecoveryOptionType, SchemaAttributeType, UserPoolPolicyType,
    UserPoolType, UsernameConfigurationType, VerifiedAttributeType,
};
use common::{Result, State};
use serde::Serialize;

use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// An existing user pool.
#[derive(Clone, Debug)]
pub(crate) struct UserPool {
    /// For example `us-east-1_abcdef`.
    pub id: String,
    /// `iss` of every token that it signs.
    pub issuer: String,
}

impl UserPool {
    /// The pool with this id, in the stack's region.
    pub(crate) fn new(stack: &Stack, id: &str) -> UserPool {
        let region = &stack.aws.region;
        UserPool {
            id: id.to_owned(),
            issuer: format!("https://cognito-idp.{region}.amazonaws.com/{id}"),
        }
    }
}

/// The pool as AWS describes it.
pub(crate) type Live = resource::Live<UserPool, Properties>;

/// The properties that we set on a pool.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    pool_name: String,
    password_policy: PasswordPolicy,
    auto_verified_attributes: Vec<String>,
    admin_create_user_config: AdminCreateUserConfig,
    recovery_mechanisms: Vec<String>,
    user_pool_tags: HashMap<String, String>,
    #[serde(rename = "UsernameConfiguration")]
    username: UsernameConfiguration,
    #[serde(rename = "SchemaAttributes")]
    schema: HashMap<String, SchemaAttribute>,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct PasswordPolicy {
    minimum_length: i32,
    require_lowercase: bool,
    require_uppercase: bool,
    require_numbers: bool,
    require_symbols: bool,
    temporary_password_validity_days: i32,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct AdminCreateUserConfig {
    allow_admin_create_user_only: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct UsernameConfiguration {
    case_sensitive: bool,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct SchemaAttribute {
    required: bool,
    mutable: bool,
}

/// The desired pool.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "user pool";
    const CREATE: &'static str = "CreateUserPool";
    const IMMUTABLE: &'static [&'static str] = &[
        "UsernameConfiguration.CaseSensitive",
        "SchemaAttributes.email.Mutable",
        "SchemaAttributes.email.Required",
    ];
    type Id = UserPool;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let email = SchemaAttribute {
            required: true,
            mutable: true,
        };
        Properties {
            pool_name: self.stack.config.names.user_pool.clone(),
            // Length is what counts (NIST SP 800-63B); no kinds of characters are required.
            password_policy: PasswordPolicy {
                minimum_length: 8,
                // AWS's default; if it is not set, the SDK sends 0.
                temporary_password_validity_days: 7,
                ..PasswordPolicy::default()
            },
            auto_verified_attributes: vec!["email".to_owned()],
            // Anyone may sign up; a code verifies the email address.
            admin_create_user_config: AdminCreateUserConfig {
                allow_admin_create_user_only: false,
            },
            recovery_mechanisms: vec!["verified_email".to_owned()],
            user_pool_tags: HashMap::from([self.stack.tag.pair()]),
            // `testuser` and `Testuser` are the same user.
            username: UsernameConfiguration {
                case_sensitive: false,
            },
            schema: HashMap::from([("email".to_owned(), email)]),
        }
    }

    /// Pool names are not unique, so the tag decides.
    async fn find(&self) -> Result<Option<Live>> {
        let name = &self.stack.config.names.user_pool;
        let found = find::user_pools(&self.stack.aws, name, &self.stack.tag).await?;
        Ok(found.first().map(|pool| live(self.stack, pool)))
    }

    async fn create(&self) -> Result<UserPool, CallError> {
        let desired = self.desired();
        let answer = self
            .stack
            .aws
            .cognito
            .create_user_pool()
            .pool_name(&desired.pool_name)
            .policies(policies(&desired))
            .set_schema(Some(schema(&desired)))
            .set_auto_verified_attributes(Some(verified(&desired)))
            .set_username_configuration(username_configuration(&desired))
            .admin_create_user_config(admin_create_user_config(&desired))
            .account_recovery_setting(account_recovery_setting(&desired))
            .set_user_pool_tags(Some(desired.user_pool_tags))
            .send()
            .await
            .named("CreateUserPool")?;
        let id = answer.user_pool.and_then(|pool| pool.id);
        Ok(UserPool::new(self.stack, &id.unwrap_or_default()))
    }

    /// UpdateUserPool resets the properties that it is not given, so those that
    /// others have set by hand are passed along unchanged.
    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        let Some(now) = describe(self.stack, &live.id.id).await? else {
            return Ok(());
        };
        let desired = self.desired();
        let mut tags = now.user_pool_tags.unwrap_or_default();
        tags.extend(desired.user_pool_tags.clone());
        let sign_in = now.policies.and_then(|policies| policies.sign_in_policy);
        let mut invite = admin_create_user_config(&desired);
        invite.invite_message_template = now
            .admin_create_user_config
            .and_then(|config| config.invite_message_template);
        let mut policies = policies(&desired);
        policies.sign_in_policy = sign_in;
        self.stack
            .aws
            .cognito
            .update_user_pool()
            .user_pool_id(&live.id.id)
            .pool_name(&desired.pool_name)
            .policies(policies)
            .set_auto_verified_attributes(Some(verified(&desired)))
            .admin_create_user_config(invite)
            .account_recovery_setting(account_recovery_setting(&desired))
            .set_user_pool_tags(Some(tags))
            .set_deletion_protection(now.deletion_protection)
            .set_device_configuration(now.device_configuration)
            .set_email_configuration(now.email_configuration)
            .set_email_verification_message(now.email_verification_message)
            .set_email_verification_subject(now.email_verification_subject)
            .set_lambda_config(now.lambda_config)
            .set_mfa_configuration(now.mfa_configuration)
            .set_sms_authentication_message(now.sms_authentication_message)
            .set_sms_configuration(now.sms_configuration)
            .set_sms_verification_message(now.sms_verification_message)
            .set_user_attribute_update_settings(now.user_attribute_update_settings)
            .set_user_pool_add_ons(now.user_pool_add_ons)
            .set_user_pool_tier(now.user_pool_tier)
            .set_verification_message_template(now.verification_message_template)
            .send()
            .await
            .named("UpdateUserPool")?;
        Ok(())
    }

    fn record(&self, pool: &UserPool, state: &mut State) {
        state.user_pool_id = Some(pool.id.clone());
        state.user_pool_jwt_issuer_url = Some(pool.issuer.clone());
    }
}

/// Creates or updates the user pool, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>) -> Result<UserPool> {
    let ensured = stack.ensure(&Desired { stack }, live).await?;
    let (id, suffix) = (&ensured.id.id, ensured.change.suffix());
    stack.line(
        OutputLine::UserPool,
        format!("User Pool created with ID: '{id}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the pool recorded in state.json (DescribeUserPool). Its id is unique.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let Some(id) = stack.state.get().user_pool_id else {
        return Ok(None);
    };
    Ok(describe(stack, &id).await?.map(|pool| live(stack, &pool)))
}

async fn describe(stack: &Stack, id: &str) -> Result<Option<UserPoolType>, CallError> {
    let call = stack.aws.cognito.describe_user_pool().user_pool_id(id);
    let answer = optional(call.send().await.named("DescribeUserPool"))?;
    Ok(answer.and_then(|answer| answer.user_pool))
}

fn live(stack: &Stack, pool: &UserPoolType) -> Live {
    let password = pool
        .policies()
        .and_then(UserPoolPolicyType::password_policy);
    let password = password.map(|policy| PasswordPolicy {
        minimum_length: policy.minimum_length.unwrap_or_default(),
        require_lowercase: policy.require_lowercase,
        require_uppercase: policy.require_uppercase,
        require_numbers: policy.require_numbers,
        require_symbols: policy.require_symbols,
        temporary_password_validity_days: policy.temporary_password_validity_days,
    });
    let only_admin = pool.admin_create_user_config();
    let recovery = pool.account_recovery_setting();
    let recovery = recovery.map_or(&[][..], AccountRecoverySettingType::recovery_mechanisms);
    let mut recovery: Vec<_> = recovery.to_vec();
    recovery.sort_by_key(|option| option.priority);
    let schema = pool.schema_attributes().iter();
    let email = schema.filter(|attribute| attribute.name() == Some("email"));
    Live {
        id: UserPool::new(stack, pool.id().unwrap_or_default()),
        properties: Properties {
            pool_name: pool.name().unwrap_or_default().to_owned(),
            password_policy: password.unwrap_or_default(),
            auto_verified_attributes: pool
                .auto_verified_attributes()
                .iter()
                .map(|attribute| attribute.as_str().to_owned())
                .collect(),
            admin_create_user_config: AdminCreateUserConfig {
                allow_admin_create_user_only: only_admin
                    .is_some_and(|config| config.allow_admin_create_user_only),
            },
            recovery_mechanisms: recovery
                .iter()
                .map(|option| option.name().as_str().to_owned())
                .collect(),
            user_pool_tags: find::deployment_tag(
                pool.user_pool_tags().cloned().unwrap_or_default(),
            ),
            username: UsernameConfiguration {
                case_sensitive: pool
                    .username_configuration()
                    .is_none_or(|username| username.case_sensitive()),
            },
            schema: email
                .map(|email| {
                    let properties = SchemaAttribute {
                        required: email.required.unwrap_or_default(),
                        mutable: email.mutable.unwrap_or_default(),
                    };
                    ("email".to_owned(), properties)
                })
                .collect(),
        },
    }
}

fn policies(desired: &Properties) -> UserPoolPolicyType {
    let policy = &desired.password_policy;
    let password = PasswordPolicyType::builder()
        .minimum_length(policy.minimum_length)
        .require_lowercase(policy.require_lowercase)
        .require_uppercase(policy.require_uppercase)
        .require_numbers(policy.require_numbers)
        .require_symbols(policy.require_symbols)
        .temporary_password_validity_days(policy.temporary_password_validity_days)
        .build();
    UserPoolPolicyType::builder()
        .password_policy(password)
        .build()
}

fn schema(desired: &Properties) -> Vec<SchemaAttributeType> {
    let attributes = desired.schema.iter();
    let attributes = attributes.map(|(name, attribute)| {
        SchemaAttributeType::builder()
            .name(name)
            .attribute_data_type(AttributeDataType::String)
            .required(attribute.required)
            .mutable(attribute.mutable)
            .build()
    });
    attributes.collect()
}

fn verified(desired: &Properties) -> Vec<VerifiedAttributeType> {
    let names = desired.auto_verified_attributes.iter();
    names.map(|name| name.as_str().into()).collect()
}

fn username_configuration(desired: &Properties) -> Option<UsernameConfigurationType> {
    UsernameConfigurationType::builder()
        .case_sensitive(desired.username.case_sensitive)
        .build()
        .ok()
}

fn admin_create_user_config(desired: &Properties) -> AdminCreateUserConfigType {
    let config = &desired.admin_create_user_config;
    AdminCreateUserConfigType::builder()
        .allow_admin_create_user_only(config.allow_admin_create_user_only)
        .build()
}

/// The first in the list has the highest priority.
fn account_recovery_setting(desired: &Properties) -> AccountRecoverySettingType {
    let options = desired.recovery_mechanisms.iter().zip(1..);
    let options = options.filter_map(|(name, priority)| {
        RecoveryOptionType::builder()
            .name(RecoveryOptionNameType::from(name.as_str()))
            .priority(priority)
            .build()
            .ok()
    });
    AccountRecoverySettingType::builder()
        .set_recovery_mechanisms(Some(options.collect()))
        .build()
}
