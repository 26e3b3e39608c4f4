//! Each resource, deleted by hand: `create` restores it and its dependents.

use e2e::{ProxiedEnv, Rules};

use super::by_hand::{ByHand, FUNCTION, LOG_GROUP, PERMISSION, ROLE, ROLE_POLICY};
use crate::whole_path::the_design;

/// A resource as `--dry-run` names it, and how it is deleted.
type Row = (&'static str, fn(&ByHand));

const ROWS: &[Row] = &[
    ("User Pool 'HelloUserPool'", |it| {
        delete_domain(it);
        it.call(it.cognito.delete_user_pool().user_pool_id(it.pool()).send());
    }),
    ("Sign-in domain 'hello-42'", delete_domain),
    ("Resource Server 'HelloAPI'", |it| {
        let call = it.cognito.delete_resource_server().user_pool_id(it.pool());
        it.call(call.identifier("HelloAPI").send());
    }),
    ("App Client 'Terminal Application'", |it| {
        let call = it.cognito.delete_user_pool_client().user_pool_id(it.pool());
        it.call(call.client_id(it.id("terminal_app_client_id")).send());
    }),
    ("User 'Testuser'", |it| {
        let call = it.cognito.admin_delete_user().user_pool_id(it.pool());
        it.call(call.username("Testuser").send());
    }),
    ("HTTP API 'HelloAPI'", |it| {
        it.call(it.gateway.delete_api().api_id(it.api()).send());
    }),
    ("Stage 'dev'", |it| {
        let call = it.gateway.delete_stage().api_id(it.api());
        it.call(call.stage_name("dev").send());
    }),
    ("Route 'GET /hello'", delete_route),
    ("Authorizer 'MyAuthorizer'", |it| {
        // AWS does not delete an authorizer that a route uses.
        delete_route(it);
        let call = it.gateway.delete_authorizer().api_id(it.api());
        it.call(call.authorizer_id(it.id("api_authorizer_id")).send());
    }),
    ("Integration with 'EchoFunction'", |it| {
        delete_route(it);
        let call = it.gateway.delete_integration().api_id(it.api());
        it.call(call.integration_id(it.id("api_integration_id")).send());
    }),
    ("Role 'APIGatewayLambdaRole'", |it| {
        delete_role_policy(it);
        it.call(it.iam.delete_role().role_name(ROLE).send());
    }),
    ("Policy 'WriteOwnLogGroup'", delete_role_policy),
    ("Log group '/aws/lambda/EchoFunction'", |it| {
        it.call(it.logs.delete_log_group().log_group_name(LOG_GROUP).send());
    }),
    ("Function 'EchoFunction'", |it| {
        it.call(it.lambda.delete_function().function_name(FUNCTION).send());
    }),
    ("Permission for API Gateway to invoke the function", |it| {
        let call = it.lambda.remove_permission().function_name(FUNCTION);
        it.call(call.statement_id(PERMISSION).send());
    }),
];

fn delete_domain(it: &ByHand) {
    let call = it.cognito.delete_user_pool_domain().domain("hello-42");
    it.call(call.user_pool_id(it.pool()).send());
}

fn delete_route(it: &ByHand) {
    let call = it.gateway.delete_route().api_id(it.api());
    it.call(call.route_id(it.id("api_route_id")).send());
}

fn delete_role_policy(it: &ByHand) {
    let call = it.iam.delete_role_policy().role_name(ROLE);
    it.call(call.policy_name(ROLE_POLICY).send());
}

#[test]
fn each_resource_comes_back() {
    let proxied = ProxiedEnv::new();
    proxied.create();
    for (what, delete) in ROWS {
        delete(&ByHand::new(&proxied.env));
        let dry = proxied.run("create", &["--dry-run"], Rules::default());
        let line = format!("Would create, unless it is found: {what} (");
        dry.code(0).stdout_has(&line);

        let made = proxied.create();
        assert!(made.stderr.contains(" created"), "{what}: {made:#?}");
        assert_eq!(proxied.env.inventory(), the_design("hello-42"), "{what}");
        let called = proxied.env.tokens(&["--fail"]).code(0);
        called.stdout_has("hello world");

        let again = proxied.create();
        assert!(
            again.stderr.ends_with("15 unchanged\n"),
            "{what}: {again:#?}"
        );
    }
    proxied.delete_all("every resource was deleted by hand");
}
