//! Changed settings: the password, the sign-in domain, and what cannot be
//! changed in place.

use aws_sdk_apigatewayv2::types::ProtocolType;
use aws_sdk_cognitoidentityprovider::types::{
    AttributeDataType, SchemaAttributeType, UsernameConfigurationType,
};
use e2e::{Fault, ProxiedEnv, Rules, RunResult, TestEnv};

use super::by_hand::LiveStack;
use crate::whole_path::complete_stack;

#[test]
fn another_password_is_set() {
    let mut env = TestEnv::with_stack();
    env.change("PASSWORD", "another-horse-43");
    env.tokens(&[]).code(1);
    env.create().code(0).stdout_has("; password set again)");
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
}

/// Sign-up is open by default, which `create` says when it makes or changes the
/// pool, and one setting closes it.
#[test]
fn sign_up_is_closed_and_opened_in_place() {
    let mut env = TestEnv::new();
    env.create()
        .code(0)
        .stderr_has("anybody with an email address may sign up");
    let again = env.create().code(0);
    assert!(!again.stderr.contains("may sign up"), "{again:#?}");
    let only_admins = |env: &TestEnv| {
        let stack = LiveStack::new(env);
        let call = stack.cognito.describe_user_pool();
        let pool = stack.call(call.user_pool_id(stack.pool()).send()).user_pool;
        let config = pool.and_then(|pool| pool.admin_create_user_config);
        config.is_some_and(|config| config.allow_admin_create_user_only)
    };
    assert!(!only_admins(&env));
    env.change("SIGN_UP", "closed");
    let closed = env
        .create()
        .code(0)
        .stdout_has("(updated: AdminCreateUserConfig.AllowAdminCreateUserOnly false -> true)");
    assert!(!closed.stderr.contains("may sign up"), "{closed:#?}");
    assert!(only_admins(&env));
    env.change("SIGN_UP", "open");
    env.create().code(0).stderr_has("may sign up");
    assert!(!only_admins(&env));
    env.change("SIGN_UP", "perhaps");
    env.create().code(2).stderr_has("SIGN_UP is 'perhaps'");
    env.change("SIGN_UP", "open");
    env.delete().code(0);
}

/// The local cloud takes the rotation of refresh tokens and does not answer with
/// it: that is said once, and is no difference.
#[test]
fn a_property_that_this_cloud_does_not_show() {
    let env = TestEnv::new();
    let note = "RefreshTokenRotation was set, but this cloud does not show it";
    env.create().code(0).stderr_has(note);
    assert_eq!(
        env.state()["not_shown"],
        serde_json::json!(["RefreshTokenRotation"])
    );
    for args in [&["--dry-run"][..], &[]] {
        let again = env.run("create", args).code(0);
        assert!(!again.stdout.contains("pdate"), "{again:#?}");
        assert!(!again.stderr.contains(note), "{again:#?}");
    }
    env.delete().code(0);
}

#[test]
fn another_domain_takes_the_place_of_the_first() {
    let mut env = TestEnv::with_stack();
    env.change("DOMAIN_PREFIX", "hello-43");
    env.run("create", &["--dry-run"])
        .code(0)
        .stdout_has("Would update: Sign-in domain 'hello-43' (Domain hello-42 -> hello-43)");
    assert_eq!(env.inventory().domains, ["hello-42"]);
    env.create().code(0).stdout_has(
        "https://hello-43.auth.us-east-1.amazoncognito.com' (updated: Domain hello-42 -> hello-43)",
    );
    assert_eq!(env.inventory(), complete_stack("hello-43"));
    env.tokens(&[]).code(0).stdout_has("hello world");
    let again = env.create().code(0);
    assert!(!again.stdout.contains("updated"), "{again:#?}");
    env.delete().code(0);
    assert!(env.inventory().is_empty());
}

/// If somebody else has the new prefix, the old domain stays.
#[test]
fn a_taken_domain_leaves_the_old_one() {
    let mut env = TestEnv::with_stack();
    let colleague = env
        .colleague()
        .set("NAME_SUFFIX", "-ada")
        .set("DOMAIN_PREFIX", "hello-ada");
    colleague.create().code(0);
    env.change("DOMAIN_PREFIX", "hello-ada");
    env.create().code(1).stderr_has("'hello-ada'");
    let domains = env.inventory().domains;
    assert_eq!(domains.len(), 2, "{domains:?}");
    env.change("DOMAIN_PREFIX", "hello-42");
    env.create().code(0);
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
    colleague.delete().code(0);
}

/// A prefix that another account has: Describe shows nothing, and only Create
/// refuses. The old domain comes back.
#[test]
fn a_prefix_of_another_account_brings_the_old_one_back() {
    let mut proxied = ProxiedEnv::new();
    proxied.env = proxied.env.set("SETTLE_SECONDS", "0.2");
    proxied.create();
    proxied.env = proxied.env.set("DOMAIN_PREFIX", "elsewhere");
    let rules = Rules {
        taken_prefix: Some("elsewhere"),
        ..Rules::default()
    };
    proxied
        .run("create", &[], rules)
        .code(1)
        .stderr_has("CreateUserPoolDomain: InvalidParameterException: Domain already associated")
        .stderr_has("'hello-42' was made again");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    assert_eq!(
        proxied.env.state()["user_pool_auth_domain_prefix"],
        "hello-42"
    );
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.env = proxied.env.set("DOMAIN_PREFIX", "hello-42");
    proxied.create();
    proxied.delete_all("a taken prefix");
}

/// The pool itself says which domain it has, whatever state.json says.
#[test]
fn a_domain_that_state_json_does_not_know_is_replaced() {
    let mut proxied = ProxiedEnv::new();
    proxied.env = proxied.env.set("SETTLE_SECONDS", "0.2");
    proxied.create();

    // Changed by hand.
    let stack = LiveStack::new(&proxied.env);
    let call = stack.cognito.delete_user_pool_domain().domain("hello-42");
    stack.call(call.user_pool_id(stack.pool()).send());
    let call = stack.cognito.create_user_pool_domain().domain("by-hand");
    stack.call(call.user_pool_id(stack.pool()).send());
    let line = "Domain by-hand -> hello-42";
    let dry = proxied.run("create", &["--dry-run"], Rules::default());
    dry.code(0).stdout_has(line);
    proxied.create().stdout_has(line);
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    proxied.delete_all("a domain by hand");

    // Made by a run that was killed, and started again with another prefix.
    let rules = Rules::fault_on("CreateUserPoolDomain", Fault::KillAfter);
    proxied.run("create", &[], rules);
    proxied.env = proxied.env.set("DOMAIN_PREFIX", "hello-43");
    proxied.create();
    assert_eq!(proxied.env.inventory(), complete_stack("hello-43"));
    proxied.delete_all("another prefix after a kill");
}

/// Killed at any call from deleting the old domain to creating the new one.
#[test]
fn killed_between_two_domains() {
    for kill in [Fault::KillBefore, Fault::KillAfter] {
        let mut proxied = ProxiedEnv::with_stack();
        proxied.env = proxied
            .env
            .set("DOMAIN_PREFIX", "hello-43")
            .set("SETTLE_SECONDS", "0.2");
        proxied.create();
        let calls = proxied.proxy.operations();
        let at = |name| {
            let found = calls.iter().position(|operation| operation == name);
            1 + found.unwrap_or_else(|| panic!("no {name} in {calls:?}"))
        };
        let window = at("DeleteUserPoolDomain")..=at("CreateUserPoolDomain");
        for (next, number) in window.enumerate() {
            let prefix = format!("hello-{}", 44 + next);
            proxied.env = proxied.env.set("DOMAIN_PREFIX", &prefix);
            proxied.break_at("create", number, kill);
            proxied.create();
            let inventory = proxied.env.inventory();
            assert_eq!(inventory, complete_stack(&prefix), "{kill:?} {number}");
        }
        proxied.delete_all("kills between two domains");
    }
}

/// Asserts exit code 2 and a message with both values, before any change.
#[track_caller]
fn refused(proxied: &ProxiedEnv, difference: &str) -> RunResult {
    let state = std::fs::read(proxied.env.state_path()).unwrap();
    let mut last = None;
    for args in [&["--dry-run"][..], &[]] {
        let result = proxied
            .run("create", args, Rules::default())
            .code(2)
            .stderr_has(difference)
            .stderr_has("hint: ");
        assert_eq!(proxied.proxy.changes(), [""; 0]);
        last = Some(result);
    }
    assert_eq!(std::fs::read(proxied.env.state_path()).unwrap(), state);
    last.expect("it ran")
}

#[test]
fn a_user_pool_keeps_its_case_rule_and_its_schema() {
    for (case_sensitive, required, difference) in [
        (
            true,
            true,
            "UsernameConfiguration.CaseSensitive true -> false",
        ),
        (
            false,
            false,
            "SchemaAttributes.email.Required false -> true",
        ),
    ] {
        let proxied = ProxiedEnv::with_stack();
        let stack = LiveStack::new(&proxied.env);
        let case = UsernameConfigurationType::builder().case_sensitive(case_sensitive);
        let email = SchemaAttributeType::builder()
            .name("email")
            .attribute_data_type(AttributeDataType::String)
            .required(required)
            .mutable(true);
        let call = stack
            .cognito
            .create_user_pool()
            .pool_name("HelloUserPool")
            .username_configuration(case.build().unwrap())
            .schema(email.build())
            .user_pool_tags("deployment_id", stack.id("deployment_id"));
        let pool = stack.call(call.send()).user_pool.expect("a pool");
        let id = pool.id().expect("an id");
        proxied
            .env
            .edit_state(|state| state["user_pool_id"] = id.into());
        let said = refused(&proxied, difference);
        said.stderr_has("User Pool 'HelloUserPool' cannot be changed in place");
    }
}

#[test]
fn an_api_keeps_its_protocol() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    let call = stack
        .gateway
        .create_api()
        .name("HelloAPI")
        .protocol_type(ProtocolType::Websocket)
        .route_selection_expression("$request.body.action")
        .tags("deployment_id", stack.id("deployment_id"));
    let api = stack.call(call.send());
    let id = api.api_id().expect("an id");
    proxied.env.edit_state(|state| state["api_id"] = id.into());
    refused(&proxied, "ProtocolType WEBSOCKET -> HTTP");
}

#[test]
fn names_stay_as_they_were_given() {
    let mut proxied = ProxiedEnv::with_stack();
    proxied.env = proxied.env.set("NAME_SUFFIX", "-ada");
    refused(
        &proxied,
        "'HelloUserPool', and would be 'HelloUserPool-ada'",
    );
    assert!(proxied.proxy.operations().is_empty());
    proxied.env = proxied.env.unset("NAME_SUFFIX");
    proxied.delete_all("another NAME_SUFFIX");
}
