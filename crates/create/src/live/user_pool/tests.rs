//! What an update of the user pool sends.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{
    AcrLevelConfigType, AdvancedSecurityModeType, DeletionProtectionType, DeviceConfigurationType,
    EmailConfigurationType, KeyConfigurationType, LambdaConfigType, PasswordPolicyType,
    SmsConfigurationType, UserAttributeUpdateSettingsType, UserPoolAddOnsType, UserPoolMfaType,
    UserPoolTierType, VerificationMessageTemplateType, VerifiedAttributeType,
};

use super::*;
use crate::live::{cognito, left_out};
use crate::user_pool::recovery_by_email;

fn desired(client: &Client) -> CreateUserPoolFluentBuilder {
    client
        .create_user_pool()
        .pool_name("HelloUserPool")
        .auto_verified_attributes(VerifiedAttributeType::Email)
        .account_recovery_setting(recovery_by_email())
        .issuer_configuration(IssuerConfigurationType::builder().build())
}

/// A pool in which a person has set whatever can be set.
fn set_by_hand() -> UserPoolType {
    let audit =
        UserPoolAddOnsType::builder().advanced_security_mode(AdvancedSecurityModeType::Audit);
    let sms = SmsConfigurationType::builder().sns_caller_arn("arn:of-a-person");
    let acr = AcrLevelConfigType::builder().acr_value("of-a-person");
    let verified = UserAttributeUpdateSettingsType::builder()
        .attributes_require_verification_before_update(VerifiedAttributeType::Email)
        .attributes_require_verification_before_update(VerifiedAttributeType::PhoneNumber);
    let rules = PasswordPolicyType::builder().password_history_size(5);
    let policies = UserPoolPolicyType::builder().password_policy(rules.build());
    UserPoolType::builder()
        .id("us-east-1_abc")
        .policies(policies.build())
        .deletion_protection(DeletionProtectionType::Active)
        .lambda_config(LambdaConfigType::builder().build())
        .sms_verification_message("sms")
        .email_verification_message("email")
        .email_verification_subject("subject")
        .verification_message_template(VerificationMessageTemplateType::builder().build())
        .sms_authentication_message("sms")
        .user_attribute_update_settings(verified.build())
        .mfa_configuration(UserPoolMfaType::Optional)
        .device_configuration(DeviceConfigurationType::builder().build())
        .email_configuration(EmailConfigurationType::builder().build())
        .sms_configuration(sms.build())
        .user_pool_tags("of", "a person")
        .admin_create_user_config(AdminCreateUserConfigType::builder().build())
        .user_pool_add_ons(audit.build().expect("a mode"))
        .user_pool_tier(UserPoolTierType::Plus)
        .key_configuration(KeyConfigurationType::builder().build())
        .acr_configuration("1", acr.build().expect("a value"))
        .build()
}

/// A member that the next SDK adds is `None` here, until it is kept or set.
#[test]
fn an_update_sends_every_member() {
    let client = cognito();
    let call = updated(client.update_user_pool(), &set_by_hand(), &desired(&client));
    let members = format!("{:#?}", call.as_input());
    let left_out = left_out(&members);
    assert!(left_out.is_empty(), "AWS would reset {left_out:?}");
    assert!(members.lines().count() > 20, "{members}");
    let kept = "password_history_size: Some(\n";
    assert!(members.contains(kept), "{members}");
}

#[test]
fn what_contradicts_ours_gives_way_and_is_said() {
    let client = cognito();
    let (live, desired) = (set_by_hand(), desired(&client));
    let before = verified_before_update(&live);
    assert_eq!(before, json!(["email", "phone_number"]));
    let after = verified_before_update(&allowed(&live, &desired));
    assert_eq!(after, json!(["email"]));
}

#[test]
fn a_pool_that_does_not_name_its_issuer_has_the_original_one() {
    let form = |form: IssuerType| IssuerConfigurationType::builder().r#type(form).build();
    let original = issuer_form(&None);
    assert_eq!(original, issuer_form(&Some(form(IssuerType::Original))));
    assert_ne!(original, issuer_form(&Some(form(IssuerType::Updated))));
}
