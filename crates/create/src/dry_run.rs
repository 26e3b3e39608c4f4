//! `--dry-run`: what would be created, in order, without a call that changes anything.

use crate::names::{APP_CLIENT, AUTHORIZER, Names, RESOURCE_SERVER, STAGE, USERNAME};
use crate::stack::Stack;

/// Prints the steps; what state.json knows is marked as there already.
pub fn show(stack: &Stack) {
    let (plan, state) = (&stack.plan, stack.state.get());
    let names = &plan.names;
    let complete = state.complete == Some(true);
    let steps: [(&str, &str, &str, bool); 14] = [
        (
            "User Pool",
            &names.user_pool,
            "CreateUserPool",
            state.user_pool_id.is_some(),
        ),
        (
            "Sign-in domain",
            &plan.domain_prefix,
            "CreateUserPoolDomain",
            state.user_pool_auth_domain.is_some(),
        ),
        (
            "Resource Server",
            RESOURCE_SERVER,
            "CreateResourceServer",
            state.user_pool_resource_server_id.is_some(),
        ),
        (
            "App Client",
            APP_CLIENT,
            "CreateUserPoolClient",
            state.terminal_app_client_id.is_some(),
        ),
        (
            "User",
            USERNAME,
            "AdminCreateUser, AdminSetUserPassword",
            complete,
        ),
        ("HTTP API", &names.api, "CreateApi", state.api_id.is_some()),
        ("Stage", STAGE, "CreateStage", complete),
        (
            "Authorizer",
            AUTHORIZER,
            "CreateAuthorizer",
            state.api_authorizer_id.is_some(),
        ),
        (
            "Role",
            &names.role,
            "CreateRole, AttachRolePolicy",
            state.lambda_role_arn.is_some(),
        ),
        (
            "Log group",
            &names.log_group(),
            "CreateLogGroup, PutRetentionPolicy",
            state.lambda_log_group_name.is_some(),
        ),
        (
            "Function",
            &names.function,
            "CreateFunction",
            state.lambda_function_arn.is_some(),
        ),
        (
            "Permission",
            "API Gateway to invoke the function",
            "AddPermission",
            complete,
        ),
        (
            "Integration",
            &names.function,
            "CreateIntegration",
            state.api_integration_id.is_some(),
        ),
        (
            "Route",
            &Names::route_key(),
            "CreateRoute",
            state.api_route_id.is_some(),
        ),
    ];
    let (account, region) = (&stack.account.id, &stack.aws.region);
    stack
        .console
        .line(&format!("In account '{account}', region '{region}':"));
    for (what, name, calls, there) in steps {
        let verb = match (there, stack.resumed) {
            (true, _) => "Is there already",
            (false, true) => "Would create, unless it is found",
            (false, false) => "Would create",
        };
        stack
            .console
            .line(&format!("{verb}: {what} '{name}' ({calls})"));
    }
}
