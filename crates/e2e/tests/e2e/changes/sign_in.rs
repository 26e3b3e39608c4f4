//! The user pool and its parts, changed by hand.

use aws_sdk_cognitoidentityprovider::operation::update_user_pool::builders::UpdateUserPoolFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool_client::builders::UpdateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    AccountRecoverySettingType, AdminCreateUserConfigType, AttributeType, ExplicitAuthFlowsType,
    OAuthFlowType, PasswordPolicyType, PreventUserExistenceErrorTypes, RecoveryOptionNameType,
    RecoveryOptionType, ResourceServerScopeType, TimeUnitsType, TokenValidityUnitsType,
    UserPoolPolicyType, VerifiedAttributeType,
};

use super::by_hand::{LiveStack, Row};

/// Each change, and how `create` must describe it. UpdateUserPool and
/// UpdateUserPoolClient reset what is omitted, so each call sets everything.
/// The pool's name is missing: MiniStack does not change it.
pub(super) const ROWS: &[Row] = &[
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.policies(policy(|policy| policy.minimum_length(12)))
        });
        "PasswordPolicy.MinimumLength 12 -> 8".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.policies(policy(|policy| policy.require_symbols(true)))
        });
        "PasswordPolicy.RequireSymbols true -> false".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        let rules = policy(|policy| policy.require_numbers(true).require_lowercase(true));
        change_pool(stack, |pool| pool.policies(rules));
        "PasswordPolicy.RequireLowercase true -> false, PasswordPolicy.RequireNumbers true -> false"
            .into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.policies(policy(|policy| policy.require_uppercase(true)))
        });
        "PasswordPolicy.RequireUppercase true -> false".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.policies(policy(|policy| policy.temporary_password_validity_days(1)))
        });
        "PasswordPolicy.TemporaryPasswordValidityDays 1 -> 7".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.set_auto_verified_attributes(Some(Vec::new()))
        });
        "AutoVerifiedAttributes [] -> [email]".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        let only = AdminCreateUserConfigType::builder().allow_admin_create_user_only(true);
        change_pool(stack, |pool| pool.admin_create_user_config(only.build()));
        "AdminCreateUserConfig.AllowAdminCreateUserOnly true -> false".into()
    }),
    ("User Pool 'HelloUserPool'", |stack| {
        change_pool(stack, |pool| {
            pool.account_recovery_setting(recovery(RecoveryOptionNameType::AdminOnly))
        });
        "RecoveryMechanisms [admin_only] -> [verified_email]".into()
    }),
    ("Sign-in domain 'hello-42'", |stack| {
        let call = stack.cognito.update_user_pool_domain().domain("hello-42");
        let newer = call.user_pool_id(stack.pool()).managed_login_version(2);
        stack.call(newer.send());
        "ManagedLoginVersion 2 -> 1".into()
    }),
    ("Resource Server 'HelloAPI'", |stack| {
        resource_server(
            stack,
            "HelloAPI",
            &[("hello.read", "Allows read access to the hello API")],
        );
        "Scopes [hello.read: Allows read access to the hello API] -> [hello.read: Allows read access to the hello API hello.write: Allows writing]".into()
    }),
    ("Resource Server 'HelloAPI'", |stack| {
        let scopes = [
            ("hello.read", "Allows read access to the hello API"),
            ("hello.write", "Allows writing"),
        ];
        resource_server(stack, "Other", &scopes);
        "Name Other -> HelloAPI".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.callback_urls("http://localhost:9999/callback")
        });
        format!(
            "CallbackURLs [{ours} http://localhost:9999/callback] -> [{ours}]",
            ours = CALLBACKS.join(" ")
        )
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.allowed_o_auth_flows(OAuthFlowType::Implicit)
        });
        "AllowedOAuthFlows [code implicit] -> [code]".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| client.allowed_o_auth_scopes("phone"));
        "AllowedOAuthScopes [HelloAPI/hello.read email openid phone profile] -> [HelloAPI/hello.read email openid profile]".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.explicit_auth_flows(ExplicitAuthFlowsType::AllowUserPasswordAuth)
        });
        "ExplicitAuthFlows [ALLOW_CUSTOM_AUTH ALLOW_USER_PASSWORD_AUTH] -> [ALLOW_CUSTOM_AUTH]"
            .into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| client.enable_token_revocation(false));
        "EnableTokenRevocation false -> true".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.prevent_user_existence_errors(PreventUserExistenceErrorTypes::Legacy)
        });
        "PreventUserExistenceErrors LEGACY -> ENABLED".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client
                .access_token_validity(2)
                .id_token_validity(3)
                .refresh_token_validity(4)
        });
        "AccessTokenValidity 2 -> 1, IdTokenValidity 3 -> 1, RefreshTokenValidity 4 -> 1".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        let units = units(TimeUnitsType::Minutes);
        change_client(stack, |client| {
            client
                .access_token_validity(60)
                .id_token_validity(60)
                .token_validity_units(units)
        });
        "AccessTokenValidity 60 -> 1, IdTokenValidity 60 -> 1, TokenValidityUnits.AccessToken minutes -> hours, TokenValidityUnits.IdToken minutes -> hours".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| client.client_name("Other"));
        "ClientName Other -> Terminal Application".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.set_supported_identity_providers(Some(Vec::new()))
        });
        "SupportedIdentityProviders [] -> [COGNITO]".into()
    }),
    ("App Client 'Terminal Application'", |stack| {
        change_client(stack, |client| {
            client.allowed_o_auth_flows_user_pool_client(false)
        });
        "AllowedOAuthFlowsUserPoolClient false -> true".into()
    }),
    ("User 'Testuser'", |stack| {
        let call = stack.cognito.admin_disable_user();
        stack.call(call.user_pool_id(stack.pool()).username("Testuser").send());
        "Enabled false -> true".into()
    }),
    ("User 'Testuser'", |stack| {
        user(stack, "email", "other@example.com");
        user(stack, "email_verified", "true");
        "UserAttributes.email other@example.com -> testuser@example.com".into()
    }),
    ("User 'Testuser'", |stack| {
        user(stack, "email_verified", "false");
        "UserAttributes.email_verified false -> true".into()
    }),
];

/// Changes the pool by a call that otherwise leaves it as `create` makes it.
fn change_pool(
    stack: &LiveStack,
    change: impl FnOnce(UpdateUserPoolFluentBuilder) -> UpdateUserPoolFluentBuilder,
) {
    let anybody = AdminCreateUserConfigType::builder().allow_admin_create_user_only(false);
    let as_created = stack
        .cognito
        .update_user_pool()
        .user_pool_id(stack.pool())
        .pool_name("HelloUserPool")
        .policies(policy(|policy| policy))
        .set_auto_verified_attributes(Some(vec![VerifiedAttributeType::Email]))
        .admin_create_user_config(anybody.build())
        .account_recovery_setting(recovery(RecoveryOptionNameType::VerifiedEmail))
        .user_pool_tags("deployment_id", stack.id("deployment_id"));
    stack.call(change(as_created).send());
}

type PasswordPolicy = aws_sdk_cognitoidentityprovider::types::builders::PasswordPolicyTypeBuilder;

fn policy(change: fn(PasswordPolicy) -> PasswordPolicy) -> UserPoolPolicyType {
    let policy = PasswordPolicyType::builder()
        .minimum_length(8)
        .require_lowercase(false)
        .require_uppercase(false)
        .require_numbers(false)
        .require_symbols(false)
        .temporary_password_validity_days(7);
    UserPoolPolicyType::builder()
        .password_policy(change(policy).build())
        .build()
}

fn recovery(option: RecoveryOptionNameType) -> AccountRecoverySettingType {
    let option = RecoveryOptionType::builder().name(option).priority(1);
    AccountRecoverySettingType::builder()
        .recovery_mechanisms(option.build().expect("an option"))
        .build()
}

/// The callback addresses of the app client, in the order in which they are shown.
const CALLBACKS: [&str; 3] = [
    "http://localhost:18083/callback",
    "http://localhost:8083/callback",
    "http://localhost:8084/callback",
];

/// Changes the app client by a call that otherwise leaves it as `create` makes it.
pub(super) fn change_client(
    stack: &LiveStack,
    change: impl FnOnce(UpdateUserPoolClientFluentBuilder) -> UpdateUserPoolClientFluentBuilder,
) {
    let scopes = ["openid", "profile", "email", "HelloAPI/hello.read"];
    let as_created = stack
        .cognito
        .update_user_pool_client()
        .user_pool_id(stack.pool())
        .client_id(stack.id("terminal_app_client_id"))
        .client_name("Terminal Application")
        .allowed_o_auth_flows_user_pool_client(true)
        .allowed_o_auth_flows(OAuthFlowType::Code)
        .set_callback_urls(Some(CALLBACKS.map(str::to_owned).to_vec()))
        .supported_identity_providers("COGNITO")
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowCustomAuth)
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .enable_token_revocation(true)
        .access_token_validity(1)
        .id_token_validity(1)
        .refresh_token_validity(1)
        .token_validity_units(units(TimeUnitsType::Hours))
        .set_allowed_o_auth_scopes(Some(scopes.map(str::to_owned).into()));
    stack.call(change(as_created).send());
}

fn units(of_access_and_id_token: TimeUnitsType) -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(of_access_and_id_token.clone())
        .id_token(of_access_and_id_token)
        .refresh_token(TimeUnitsType::Days)
        .build()
}

fn resource_server(stack: &LiveStack, name: &str, scopes: &[(&str, &str)]) {
    let call = stack
        .cognito
        .update_resource_server()
        .user_pool_id(stack.pool())
        .identifier("HelloAPI")
        .name(name);
    let types = scopes.iter().map(|(name, description)| {
        let scope = ResourceServerScopeType::builder()
            .scope_name(*name)
            .scope_description(*description)
            .build();
        scope.expect("a scope")
    });
    stack.call(call.set_scopes(Some(types.collect())).send());
}

fn user(stack: &LiveStack, name: &str, value: &str) {
    let attribute = AttributeType::builder().name(name).value(value).build();
    let call = stack
        .cognito
        .admin_update_user_attributes()
        .user_pool_id(stack.pool())
        .username("Testuser")
        .user_attributes(attribute.expect("an attribute"));
    stack.call(call.send());
}
