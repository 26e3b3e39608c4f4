//! The integration: how the API calls the function.

use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_apigatewayv2::types::IntegrationType;

use crate::api::Api;
use crate::function::Function;
use crate::report::Step;
use crate::stack::Stack;

/// Creates the integration (CreateIntegration).
pub async fn create(stack: &Stack, api: &Api, function: &Function) -> Result<String> {
    let recorded = stack.state.get().api_integration_id;
    let find = || find_ours(stack, api, function);
    let made = stack
        .once("integration", recorded.is_some(), find, || {
            call(stack, api, function)
        })
        .await?;
    let id = made.value.clone();
    stack
        .state
        .update(|state| state.api_integration_id = Some(id.clone()))?;
    stack.line(
        Step::Integration,
        made.line(format!("Integration created with ID: '{id}'")),
    );
    Ok(id)
}

/// The API is ours, and so is the integration with our function in it.
async fn find_ours(stack: &Stack, api: &Api, function: &Function) -> Result<Option<String>> {
    let answer = stack
        .aws
        .api_gateway
        .get_integrations()
        .api_id(&api.id)
        .send()
        .await;
    let mut found = answer
        .named("GetIntegrations")?
        .items
        .unwrap_or_default()
        .into_iter();
    let found = found.find(|integration| integration.integration_uri() == Some(&function.arn));
    Ok(found.and_then(|integration| integration.integration_id))
}

async fn call(stack: &Stack, api: &Api, function: &Function) -> Result<String, CallError> {
    let answer = stack
        .aws
        .api_gateway
        .create_integration()
        .api_id(&api.id)
        .integration_type(IntegrationType::AwsProxy)
        // Lambda's Invoke is a POST, whatever the route's method is.
        .integration_method("POST")
        .integration_uri(&function.arn)
        .payload_format_version("2.0")
        .send()
        .await
        .named("CreateIntegration")?;
    Ok(answer.integration_id.unwrap_or_default())
}
