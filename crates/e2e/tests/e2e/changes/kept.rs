//! What a person adds beside our resources, or in them, is kept.

use std::time::Duration;

use aws_sdk_apigatewayv2::types::IntegrationType;
use e2e::{Fault, ProxiedEnv, Rules};

use super::by_hand::{LiveStack, ROLE};

/// A policy that a person may attach.
const LIST_BUCKETS: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}"#;

/// A `create` that lost the answers of these calls, and one that went on.
fn interrupted() -> ProxiedEnv {
    let mut proxied = ProxiedEnv::new();
    proxied.env = proxied.env.set("SETTLE_SECONDS", "0.2");
    for operation in ["CreateUserPoolClient", "CreateIntegration"] {
        let rules = Rules::fault_on(operation, Fault::KillAfter);
        proxied.run("create", &[], rules);
    }
    proxied.create();
    proxied
}

/// The operations of a run that change something.
fn changes(proxied: &ProxiedEnv, args: &[&str]) -> Vec<String> {
    proxied.run("create", args, Rules::default()).code(0);
    proxied.proxy.changes()
}

/// Adds an integration that looks like ours; returns its id.
fn add_integration(stack: &LiveStack) -> String {
    let call = stack
        .gateway
        .create_integration()
        .api_id(stack.api())
        .integration_type(IntegrationType::AwsProxy)
        .integration_method("POST")
        .integration_uri(stack.id("lambda_function_arn"))
        .payload_format_version("2.0");
    stack.call(call.send()).integration_id.expect("an id")
}

#[test]
fn routes_integrations_and_clients_that_a_person_adds() {
    let proxied = interrupted();
    let stack = LiveStack::new(&proxied.env);
    let target = format!("integrations/{}", add_integration(&stack));
    let route = stack.gateway.create_route().api_id(stack.api());
    stack.call(route.route_key("POST /hello").target(target).send());
    let client = stack.cognito.create_user_pool_client();
    let named = client.client_name("Terminal Application");
    stack.call(named.user_pool_id(stack.pool()).send());

    for args in [&["--dry-run"][..], &[], &[]] {
        let found = changes(&proxied, args);
        let deletes = found.iter().any(|name| name.starts_with("Delete"));
        assert!(!deletes, "{args:?}: {found:?}");
    }
    let clients = stack.cognito.list_user_pool_clients();
    let answer = stack.call(clients.user_pool_id(stack.pool()).send());
    assert_eq!(answer.user_pool_clients().len(), 2);
    let integrations = stack.gateway.get_integrations().api_id(stack.api());
    assert_eq!(stack.call(integrations.send()).items().len(), 2);
    let routes = stack.gateway.get_routes().api_id(stack.api());
    assert_eq!(stack.call(routes.send()).items().len(), 2);
    assert_eq!(proxied.env.state()["complete"], true, "it has looked");
    proxied.delete_all("what a person added");
}

/// Two integrations: the first call's answer was lost, it took effect late, and
/// the list did not show what it had made until the second was there.
#[test]
fn what_a_lost_call_made_twice_is_shown_and_removed() {
    let mut proxied = ProxiedEnv::new();
    proxied.env = proxied.env.set("SETTLE_SECONDS", "3");
    let late = Fault::DropThenEffect(Duration::from_millis(2500));
    let rules = Rules {
        fault_on: Some(("CreateIntegration", late)),
        lag: Duration::from_secs(2),
        ..Rules::default()
    };
    proxied.run("create", &[], rules);
    let stack = LiveStack::new(&proxied.env);
    let count = || {
        let call = stack.gateway.get_integrations().api_id(stack.api());
        stack.call(call.send()).items().len()
    };
    assert_eq!(count(), 2, "the test must bring about a second one");
    let dry = proxied.run("create", &["--dry-run"], Rules::default());
    dry.code(0)
        .stdout_has("Would delete: a second integration of this deployment, '");
    assert_eq!(count(), 2);
    proxied
        .create()
        .stderr_has("a second integration of this deployment");
    assert_eq!(count(), 1);
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("a second integration");
}

/// A note of a lost call from long ago does not make a duplicate of what a person
/// has added since, however much it looks like ours.
#[test]
fn what_looks_like_ours_but_was_added_later() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    add_integration(&stack);
    for long_ago in [0, 1_700_000_000_000_u64] {
        proxied.env.edit_state(|state| {
            state["lost_calls"] = serde_json::json!({ "CreateIntegration": long_ago });
            state["last_created_at"] = 1.into();
        });
        let dry = proxied.run("create", &["--dry-run"], Rules::default());
        assert!(!dry.code(0).stdout.contains("Would delete"));
        let found = changes(&proxied, &[]);
        assert_eq!(found, ["AdminSetUserPassword"]);
        assert!(proxied.env.state()["lost_calls"].is_null(), "it has looked");
    }
    proxied.delete_all("an integration of a person");
}

/// A policy that a person attached to the role is left: the boundary holds.
#[test]
fn a_policy_that_a_person_attaches() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    let call = stack.iam.create_policy().policy_name("of-a-person");
    let answer = stack.call(call.policy_document(LIST_BUCKETS).send());
    let arn = answer.policy.and_then(|policy| policy.arn).expect("an ARN");
    let call = stack.iam.attach_role_policy().role_name(ROLE);
    stack.call(call.policy_arn(&arn).send());
    let note = format!("policy '{arn}' of role '{ROLE}' is not ours: it stays");
    proxied.create().stderr_has(&note);
    assert_eq!(changes(&proxied, &[]), ["AdminSetUserPassword"]);
    let call = stack.iam.list_attached_role_policies().role_name(ROLE);
    let answer = stack.call(call.send());
    let attached: Vec<_> = answer.attached_policies().iter().collect();
    assert_eq!(attached.len(), 1, "{attached:?}");
    assert_eq!(attached[0].policy_arn(), Some(&*arn));
    let call = stack.iam.detach_role_policy().role_name(ROLE);
    stack.call(call.policy_arn(&arn).send());
    stack.call(stack.iam.delete_policy().policy_arn(&arn).send());
    proxied.delete_all("a policy");
}

/// A state.json with the ids of somebody else's pool and API touches nothing.
#[test]
fn ids_of_somebody_else() {
    let proxied = ProxiedEnv::with_stack();
    let colleague = proxied.env.colleague_named("ada");
    colleague.create().code(0);
    let before = proxied.env.inventory();
    let theirs = colleague.state();
    for keys in [
        &["user_pool_id"][..],
        &["api_id"],
        &[
            "user_pool_id",
            "terminal_app_client_id",
            "api_id",
            "api_route_id",
        ],
    ] {
        let ours = std::fs::read(proxied.env.state_path()).expect("the file");
        proxied.env.edit_state(|state| {
            for key in keys {
                state[key] = theirs[key].clone();
            }
        });
        for args in [&["--dry-run"][..], &[]] {
            let result = proxied.run("create", args, Rules::default());
            result
                .code(2)
                .stderr_has("does not carry the tag of this deployment");
            let changed = proxied.proxy.changes();
            assert!(changed.is_empty(), "{keys:?} {args:?}: {changed:?}");
        }
        std::fs::write(proxied.env.state_path(), ours).expect("the file");
    }
    assert_eq!(proxied.env.inventory(), before);
    colleague.delete().code(0);
    proxied.delete_all("somebody else's ids");
}
