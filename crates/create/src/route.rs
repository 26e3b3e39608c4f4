//! The route: which request goes where, and with which scopes.

use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_apigatewayv2::types::AuthorizationType;

use crate::api::Api;
use crate::names::Names;
use crate::report::Step;
use crate::stack::Stack;

/// Creates the route, open to either custom scope (CreateRoute).
pub async fn create(
    stack: &Stack,
    api: &Api,
    integration_id: &str,
    authorizer_id: &str,
) -> Result<()> {
    let recorded = stack.state.get().api_route_id;
    let create = || call(stack, api, integration_id, authorizer_id);
    let made = stack
        .once(
            "route",
            recorded.is_some(),
            || find_ours(stack, api),
            create,
        )
        .await?;
    let id = made.value.clone();
    stack
        .state
        .update(|state| state.api_route_id = Some(id.clone()))?;
    let line = format!("Route '{}' created with ID: '{id}'", Names::route_key());
    stack.line(Step::Route, made.line(line));
    Ok(())
}

async fn find_ours(stack: &Stack, api: &Api) -> Result<Option<String>> {
    let answer = stack
        .aws
        .api_gateway
        .get_routes()
        .api_id(&api.id)
        .send()
        .await;
    let mut found = answer
        .named("GetRoutes")?
        .items
        .unwrap_or_default()
        .into_iter();
    let found = found.find(|route| route.route_key() == Some(&Names::route_key()));
    Ok(found.and_then(|route| route.route_id))
}

async fn call(
    stack: &Stack,
    api: &Api,
    integration_id: &str,
    authorizer_id: &str,
) -> Result<String, CallError> {
    let answer = stack
        .aws
        .api_gateway
        .create_route()
        .api_id(&api.id)
        .route_key(Names::route_key())
        .target(format!("integrations/{integration_id}"))
        .authorization_type(AuthorizationType::Jwt)
        .authorizer_id(authorizer_id)
        .set_authorization_scopes(Some(Names::full_scopes()))
        .send()
        .await
        .named("CreateRoute")?;
    Ok(answer.route_id.unwrap_or_default())
}
