//! Removes what was created twice, because a response was lost and AWS's list
//! lagged behind. The one in state.json is kept; our other one is deleted.

use aws_client::error::optional;
use aws_client::{Named, find};
use common::{Result, join_all};

use crate::api::Api;
use crate::function::Function;
use crate::stack::Stack;
use crate::user_pool::UserPool;
use crate::{app_client, authorizer, integration};

/// Removes second pools, APIs, app clients, authorizers and integrations, whose
/// names are not unique. Looks for them only if state.json may lack something.
///
/// # Errors
/// If a call fails.
pub(crate) async fn remove(stack: &Stack) -> Result<()> {
    if !stack.was_disturbed() {
        return Ok(());
    }
    join_all!(
        user_pools(stack),
        apis(stack),
        app_clients(stack),
        authorizers(stack),
        integrations(stack),
    )?;
    Ok(())
}

/// The ids other than `kept`, which is state.json's; prints a note for each.
fn others(stack: &Stack, what: &str, ids: Vec<String>, kept: Option<&str>) -> Vec<String> {
    let others = ids.into_iter().filter(|id| Some(&**id) != kept);
    others
        .inspect(|id| {
            let kept = kept.unwrap_or_default();
            stack.console.note(&format!(
                "a second {what} of this deployment, '{id}', is deleted; '{kept}' stays"
            ));
        })
        .collect()
}

async fn user_pools(stack: &Stack) -> Result<()> {
    let name = &stack.config.names.user_pool;
    let found = find::user_pools(&stack.aws, name, &stack.tag).await?;
    let ids = found.into_iter().filter_map(|pool| pool.id).collect();
    let kept = stack.state.get().user_pool_id;
    for id in others(stack, "user pool", ids, kept.as_deref()) {
        let call = stack.aws.cognito.delete_user_pool().user_pool_id(id);
        optional(call.send().await.named("DeleteUserPool"))?;
    }
    Ok(())
}

async fn apis(stack: &Stack) -> Result<()> {
    let found = find::apis(&stack.aws, &stack.tag).await?;
    let ids = found.into_iter().filter_map(|api| api.api_id).collect();
    let kept = stack.state.get().api_id;
    for id in others(stack, "API", ids, kept.as_deref()) {
        let call = stack.aws.api_gateway.delete_api().api_id(id);
        optional(call.send().await.named("DeleteApi"))?;
    }
    Ok(())
}

async fn app_clients(stack: &Stack) -> Result<()> {
    let state = stack.state.get();
    let pool = UserPool::new(stack, &state.user_pool_id.unwrap_or_default());
    let ids = app_client::list(stack, &pool).await?;
    let kept = state.terminal_app_client_id;
    for id in others(stack, "app client", ids, kept.as_deref()) {
        let call = stack.aws.cognito.delete_user_pool_client();
        let call = call.user_pool_id(&pool.id).client_id(id);
        optional(call.send().await.named("DeleteUserPoolClient"))?;
    }
    Ok(())
}

async fn authorizers(stack: &Stack) -> Result<()> {
    let (api, state) = (recorded_api(stack), stack.state.get());
    let ids = authorizer::list(stack, &api).await?;
    let kept = state.api_authorizer_id;
    for id in others(stack, "authorizer", ids, kept.as_deref()) {
        let _one_at_a_time = stack.api_change.lock().await;
        let call = stack.aws.api_gateway.delete_authorizer();
        let call = call.api_id(&api.id).authorizer_id(id);
        optional(call.send().await.named("DeleteAuthorizer"))?;
    }
    Ok(())
}

async fn integrations(stack: &Stack) -> Result<()> {
    let (api, state) = (recorded_api(stack), stack.state.get());
    let function = Function {
        arn: state.lambda_function_arn.unwrap_or_default(),
        ready: true,
    };
    let ids = integration::list(stack, &api, &function).await?;
    let kept = state.api_integration_id;
    for id in others(stack, "integration", ids, kept.as_deref()) {
        let _one_at_a_time = stack.api_change.lock().await;
        let call = stack.aws.api_gateway.delete_integration();
        let call = call.api_id(&api.id).integration_id(id);
        optional(call.send().await.named("DeleteIntegration"))?;
    }
    Ok(())
}

fn recorded_api(stack: &Stack) -> Api {
    Api {
        id: stack.state.get().api_id.unwrap_or_default(),
        endpoint: String::new(),
    }
}
