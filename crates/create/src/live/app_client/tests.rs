//! What an update of the app client sends.

use aws_sdk_cognitoidentityprovider::Client;
use aws_sdk_cognitoidentityprovider::types::{
    AnalyticsConfigurationType, ExplicitAuthFlowsType, FeatureType, OAuthFlowType,
    PreventUserExistenceErrorTypes,
};

use super::*;
use crate::config::names::{APP_CLIENT, CALLBACK_URLS};
use crate::live::{cognito, left_out};

/// Every property of [`AppClient::create_call`], with some value.
fn desired(client: &Client) -> CreateUserPoolClientFluentBuilder {
    let rotation = RefreshTokenRotationType::builder().feature(FeatureType::Enabled);
    client
        .create_user_pool_client()
        .client_name(APP_CLIENT)
        .allowed_o_auth_flows_user_pool_client(true)
        .allowed_o_auth_flows(OAuthFlowType::Code)
        .allowed_o_auth_scopes("openid")
        .callback_urls(CALLBACK_URLS[0])
        .supported_identity_providers("COGNITO")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowCustomAuth)
        .refresh_token_rotation(rotation.build().expect("a feature"))
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .enable_token_revocation(true)
        .access_token_validity(1)
        .id_token_validity(1)
        .refresh_token_validity(1)
        .token_validity_units(TokenValidityUnitsType::builder().build())
}

fn set_by_hand(default_redirect_uri: &str) -> UserPoolClientType {
    UserPoolClientType::builder()
        .user_pool_id("us-east-1_abc")
        .client_id("1234fgc1abc")
        .read_attributes("email")
        .write_attributes("email")
        .logout_urls("http://localhost:8083/")
        .default_redirect_uri(default_redirect_uri)
        .analytics_configuration(AnalyticsConfigurationType::builder().build())
        .enable_propagate_additional_user_context_data(true)
        .auth_session_validity(5)
        .build()
}

/// A member that the next SDK adds is `None` here, until it is kept or set.
#[test]
fn an_update_sends_every_member() {
    let client = cognito();
    let (live, desired) = (set_by_hand(CALLBACK_URLS[0]), desired(&client));
    let call = updated(client.update_user_pool_client(), &live, &desired);
    let members = format!("{:#?}", call.as_input());
    let left_out = left_out(&members);
    assert!(left_out.is_empty(), "AWS would reset {left_out:?}");
    assert!(members.lines().count() > 20, "{members}");
}

#[test]
fn a_default_that_is_no_callback_address_gives_way() {
    let client = cognito();
    let desired = desired(&client);
    let kept = allowed_default(&set_by_hand(CALLBACK_URLS[0]), &desired);
    assert_eq!(kept.as_deref(), Some(CALLBACK_URLS[0]));
    let gone = allowed_default(&set_by_hand("http://localhost:9999/"), &desired);
    assert_eq!(gone, None);
}

#[test]
fn logout_addresses_set_by_hand_stay_unless_ours_are_set() {
    let client = cognito();
    let (live, desired) = (set_by_hand(CALLBACK_URLS[0]), desired(&client));
    let sent = |desired| {
        let call = updated(client.update_user_pool_client(), &live, desired);
        call.get_logout_urls().clone().unwrap_or_default()
    };
    assert_eq!(sent(&desired), ["http://localhost:8083/"]);
    let ours = desired.clone().logout_urls("https://app.example.com/");
    assert_eq!(sent(&ours), ["https://app.example.com/"]);
    let no_longer = desired.clone().set_logout_urls(Some(Vec::new()));
    assert!(sent(&no_longer).is_empty());
}
