//! How the user pool is found, compared and changed.

use aws_client::find;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool::builders::CreateUserPoolFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool::builders::UpdateUserPoolFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, IssuerConfigurationType, IssuerType,
    SchemaAttributeType, UserPoolPolicyType, UserPoolType, UsernameConfigurationType,
};
use serde_json::{Value, json};

use crate::compare::property::{Property, keep, object, overwrite};
use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::user_pool::{UserPool, UserPoolRef, password_policy, reference, sign_up};

impl LiveResource for UserPool {
    type Live = UserPoolType;

    fn recorded(&self, state: State) -> Option<Key> {
        state.user_pool_id.map(Key::new)
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let pool = find::user_pool(&run.aws, &key.id).await?;
        if let Some(pool) = &pool {
            run.check_tag(&self.title(run), &key.id, pool.user_pool_tags.as_ref())?;
        }
        Ok(pool)
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let name = &run.config.names.user_pool;
        let found = find::user_pools(&run.aws, name, &run.tag).await?;
        let ids = found.into_iter().filter_map(|pool| pool.id);
        Ok(ids.map(Key::new).collect())
    }

    fn reference(run: &Run, live: &UserPoolType) -> CallResult<UserPoolRef> {
        let id = required("DescribeUserPool", "Id", live.id.clone())?;
        Ok(reference(run, id))
    }

    fn differences(&self, run: &Run, live: &UserPoolType) -> Vec<Difference> {
        let desired = self.create_call(run);
        #[rustfmt::skip] // one property, two lines
        let found = differences(&[
            ("PoolName",
                &live.name, desired.get_pool_name()),
            ("PasswordPolicy",
                &password_rules(&live.policies), &password_rules(desired.get_policies())),
            ("AutoVerifiedAttributes",
                &live.auto_verified_attributes, desired.get_auto_verified_attributes()),
            ("AdminCreateUserConfig",
                &live.admin_create_user_config, desired.get_admin_create_user_config()),
            ("RecoveryMechanisms",
                &live.account_recovery_setting, desired.get_account_recovery_setting()),
            ("IssuerConfiguration",
                &issuer_form(&live.issuer_configuration), &issuer_form(desired.get_issuer_configuration())),
            ("UserAttributeUpdateSettings",
                &verified_before_update(live), &verified_before_update(&allowed(live, &desired))),
            ("UsernameConfiguration",
                &username_rules(&live.username_configuration), &username_rules(desired.get_username_configuration())),
            ("SchemaAttributes",
                &email_rules(&live.schema_attributes), &email_rules(desired.get_schema())),
        ]);
        found
    }

    /// Begins with the live pool, so that nothing set by hand is reset, and then
    /// sets what is ours.
    async fn update(&self, run: &Run, live: &UserPoolType) -> CallResult {
        let update = run.aws.cognito.update_user_pool();
        let call = updated(update, live, &self.create_call(run));
        let config = sign_up(run, live.admin_create_user_config.clone());
        let answer = call.admin_create_user_config(config).send().await;
        answer.named("UpdateUserPool").map(drop)
    }

    /// Says who may sign up when that may be news: later runs have said it.
    async fn finish(&self, run: &Run, _: &UserPoolRef, change: &Change) -> Result<()> {
        let is_news = *change != Change::Unchanged || run.was_interrupted();
        if run.config.sign_up_is_open && is_news {
            run.console.note(
                "anybody with an email address may sign up, and call the API; SIGN_UP=closed in .env closes that",
            );
        }
        Ok(())
    }

    fn record(&self, _: &Run, pool: &UserPoolRef, state: &mut State) {
        state.user_pool_id = Some(pool.id.clone());
        state.user_pool_jwt_issuer_url = Some(pool.issuer.clone());
    }

    fn created_at(live: &Self::Live) -> Option<u64> {
        milliseconds(live.creation_date)
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.cognito.delete_user_pool().user_pool_id(&key.id);
        call.send().await.named("DeleteUserPool").map(drop)
    }
}

fn updated(
    call: UpdateUserPoolFluentBuilder,
    live: &UserPoolType,
    desired: &CreateUserPoolFluentBuilder,
) -> UpdateUserPoolFluentBuilder {
    // What others may have set.
    let live = allowed(live, desired);
    let kept = keep!(call, live;
        acr_configuration, deletion_protection, device_configuration, email_configuration,
        email_verification_message, email_verification_subject, key_configuration,
        lambda_config, mfa_configuration, sms_authentication_message, sms_configuration,
        sms_verification_message, user_attribute_update_settings, user_pool_add_ons,
        user_pool_tier, verification_message_template);
    // What is ours.
    let ours = overwrite!(kept, desired;
        pool_name, auto_verified_attributes, account_recovery_setting, issuer_configuration);
    // What is ours in part.
    let mut tags = live.user_pool_tags.unwrap_or_default();
    tags.extend(desired.get_user_pool_tags().clone().unwrap_or_default());
    ours.set_user_pool_id(live.id)
        .policies(policies(live.policies))
        .set_admin_create_user_config(live.admin_create_user_config)
        .set_user_pool_tags(Some(tags))
}

/// The live pool without what contradicts ours, which AWS would refuse for ever:
/// an update can wait for verification only of attributes that are verified.
fn allowed(live: &UserPoolType, desired: &CreateUserPoolFluentBuilder) -> UserPoolType {
    let mut live = live.clone();
    let verified = desired.get_auto_verified_attributes().as_deref();
    let is_verified = |attribute: &_| verified.unwrap_or_default().contains(attribute);
    if let Some(settings) = &mut live.user_attribute_update_settings
        && let Some(attributes) = &mut settings.attributes_require_verification_before_update
    {
        attributes.retain(is_verified);
    }
    live
}

fn policies(live: Option<UserPoolPolicyType>) -> UserPoolPolicyType {
    let ours = password_policy();
    let mut policies = live.unwrap_or_else(|| UserPoolPolicyType::builder().build());
    let rules = policies.password_policy.get_or_insert_with(password_policy);
    rules.minimum_length = ours.minimum_length;
    rules.require_lowercase = ours.require_lowercase;
    rules.require_uppercase = ours.require_uppercase;
    rules.require_numbers = ours.require_numbers;
    rules.require_symbols = ours.require_symbols;
    rules.temporary_password_validity_days = ours.temporary_password_validity_days;
    policies
}

/// A pool that does not say has the original form.
fn issuer_form(configuration: &Option<IssuerConfigurationType>) -> Value {
    let form = configuration.as_ref().and_then(|form| form.r#type());
    json!({ "Type": form.unwrap_or(&IssuerType::Original).as_str() })
}

fn verified_before_update(pool: &UserPoolType) -> Value {
    let settings = pool.user_attribute_update_settings.clone();
    let attributes = settings.and_then(|all| all.attributes_require_verification_before_update);
    attributes.to_json()
}

fn password_rules(policies: &Option<UserPoolPolicyType>) -> Value {
    let rules = policies
        .as_ref()
        .and_then(|policies| policies.password_policy());
    rules.map_or(Value::Null, |rules| {
        object!(rules; minimum_length, require_lowercase, require_uppercase,
            require_numbers, require_symbols, temporary_password_validity_days)
    })
}

impl Property for AdminCreateUserConfigType {
    fn to_json(&self) -> Value {
        object!(self; allow_admin_create_user_only)
    }
}

/// The names, in the order of their priority.
impl Property for AccountRecoverySettingType {
    fn to_json(&self) -> Value {
        let mut options = self.recovery_mechanisms().to_vec();
        options.sort_by_key(|option| option.priority);
        options.iter().map(|option| option.name.as_str()).collect()
    }

    fn absent() -> Value {
        json!([])
    }
}

/// AWS's default is case-sensitive.
fn username_rules(rules: &Option<UsernameConfigurationType>) -> Value {
    let case_sensitive = rules.as_ref().is_none_or(|rules| rules.case_sensitive);
    json!({ "CaseSensitive": case_sensitive })
}

fn email_rules(attributes: &Option<Vec<SchemaAttributeType>>) -> Value {
    let mut attributes = attributes.iter().flatten();
    let email = attributes.find(|attribute| attribute.name() == Some("email"));
    let rules = email.map(|email| json!({ "email": object!(email; required, mutable) }));
    rules.unwrap_or_default()
}

#[cfg(test)]
mod tests;
