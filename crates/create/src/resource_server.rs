//! The resource server: the API as Cognito knows it, with its scopes.

use api_aws::error::optional;
use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_cognitoidentityprovider::types::ResourceServerScopeType;

use crate::names::{RESOURCE_SERVER, SCOPES};
use crate::report::Step;
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// Creates the resource server in the pool (CreateResourceServer).
pub async fn create(stack: &Stack, pool: &UserPool) -> Result<()> {
    let recorded = stack.state.get().user_pool_resource_server_id.is_some();
    let made = stack
        .once(
            "resource server",
            recorded,
            || find_ours(stack, pool),
            || call(stack, pool),
        )
        .await?;
    let id = made.value.clone();
    stack
        .state
        .update(|state| state.user_pool_resource_server_id = Some(id.clone()))?;
    stack.line(
        Step::ResourceServer,
        made.line(format!("Resource Server created with ID: '{id}'")),
    );
    Ok(())
}

async fn find_ours(stack: &Stack, pool: &UserPool) -> Result<Option<String>> {
    let cognito = &stack.aws.cognito;
    let call = cognito
        .describe_resource_server()
        .user_pool_id(&pool.id)
        .identifier(RESOURCE_SERVER);
    let answer = optional(call.send().await.named("DescribeResourceServer"))?;
    Ok(answer
        .and_then(|answer| answer.resource_server)
        .and_then(|server| server.identifier))
}

async fn call(stack: &Stack, pool: &UserPool) -> Result<String, CallError> {
    let answer = stack
        .aws
        .cognito
        .create_resource_server()
        .user_pool_id(&pool.id)
        .identifier(RESOURCE_SERVER)
        .name(RESOURCE_SERVER)
        .set_scopes(Some(SCOPES.iter().filter_map(scope).collect()))
        .send()
        .await
        .named("CreateResourceServer")?;
    Ok(answer
        .resource_server
        .and_then(|server| server.identifier)
        .unwrap_or_default())
}

fn scope((name, description): &(&str, &str)) -> Option<ResourceServerScopeType> {
    ResourceServerScopeType::builder()
        .scope_name(*name)
        .scope_description(*description)
        .build()
        .ok()
}
