//! Each resource, deleted by hand: `create` restores it and its dependents.

use e2e::{ProxiedEnv, Rules};

use super::by_hand::{FUNCTION, LOG_GROUP, LiveStack, PERMISSION, ROLE, ROLE_POLICY};
use crate::whole_path::assert_complete;

/// A resource as `--dry-run` names it, and how it is deleted.
type Row = (&'static str, fn(&LiveStack));

const ROWS: &[Row] = &[
    ("User Pool 'HelloUserPool'", |stack| {
        delete_domain(stack);
        let call = stack.cognito.delete_user_pool();
        stack.call(call.user_pool_id(stack.pool()).send());
    }),
    ("Sign-in domain 'hello-42'", delete_domain),
    ("Resource Server 'HelloAPI'", |stack| {
        let call = stack.cognito.delete_resource_server();
        let call = call.user_pool_id(stack.pool());
        stack.call(call.identifier("HelloAPI").send());
    }),
    ("App Client 'Terminal Application'", |stack| {
        let call = stack.cognito.delete_user_pool_client();
        let call = call.user_pool_id(stack.pool());
        stack.call(call.client_id(stack.id("terminal_app_client_id")).send());
    }),
    ("User 'Testuser'", |stack| {
        let call = stack.cognito.admin_delete_user().user_pool_id(stack.pool());
        stack.call(call.username("Testuser").send());
    }),
    ("HTTP API 'HelloAPI'", |stack| {
        stack.call(stack.gateway.delete_api().api_id(stack.api()).send());
    }),
    ("Stage 'dev'", |stack| {
        let call = stack.gateway.delete_stage().api_id(stack.api());
        stack.call(call.stage_name("dev").send());
    }),
    ("Route 'GET /hello'", delete_route),
    ("Authorizer 'MyAuthorizer'", |stack| {
        // AWS does not delete an authorizer that a route uses.
        delete_route(stack);
        let call = stack.gateway.delete_authorizer().api_id(stack.api());
        stack.call(call.authorizer_id(stack.id("api_authorizer_id")).send());
    }),
    ("Integration with 'EchoFunction'", |stack| {
        delete_route(stack);
        let call = stack.gateway.delete_integration().api_id(stack.api());
        stack.call(call.integration_id(stack.id("api_integration_id")).send());
    }),
    ("Role 'APIGatewayLambdaRole'", |stack| {
        delete_role_policy(stack);
        stack.call(stack.iam.delete_role().role_name(ROLE).send());
    }),
    ("Policy 'WriteOwnLogGroup'", delete_role_policy),
    ("Log group '/aws/lambda/EchoFunction'", |stack| {
        let call = stack.logs.delete_log_group();
        stack.call(call.log_group_name(LOG_GROUP).send());
    }),
    ("Function 'EchoFunction'", |stack| {
        let call = stack.lambda.delete_function();
        stack.call(call.function_name(FUNCTION).send());
    }),
    (
        "Permission for 'GET /hello' to invoke the function",
        |stack| {
            let call = stack.lambda.remove_permission().function_name(FUNCTION);
            stack.call(call.statement_id(PERMISSION).send());
        },
    ),
];

fn delete_domain(stack: &LiveStack) {
    let call = stack.cognito.delete_user_pool_domain().domain("hello-42");
    stack.call(call.user_pool_id(stack.pool()).send());
}

fn delete_route(stack: &LiveStack) {
    let call = stack.gateway.delete_route().api_id(stack.api());
    stack.call(call.route_id(stack.id("api_route_id")).send());
}

fn delete_role_policy(stack: &LiveStack) {
    let call = stack.iam.delete_role_policy().role_name(ROLE);
    stack.call(call.policy_name(ROLE_POLICY).send());
}

#[test]
fn each_resource_comes_back() {
    let proxied = ProxiedEnv::with_stack();
    for (what, delete) in ROWS {
        delete(&LiveStack::new(&proxied.env));
        let dry = proxied.run("create", &["--dry-run"], Rules::default());
        let line = format!("Would create, unless it is found: {what} (");
        dry.code(0).stdout_has(&line);

        let made = proxied.create();
        assert!(made.stderr.contains(" created"), "{what}: {made:#?}");
        assert_complete(&proxied.env, what);
        let called = proxied.env.tokens(&["--fail"]).code(0);
        called.stdout_has("hello world");

        let again = proxied.create();
        assert!(
            again.stderr.contains("\n15 unchanged\n"),
            "{what}: {again:#?}"
        );
    }
    proxied.delete_all("every resource was deleted by hand");
}
