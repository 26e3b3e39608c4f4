//! The HTTP API.

use api_aws::error::optional;
use api_aws::{CallError, Named, find};
use api_core::Result;
use aws_sdk_apigatewayv2::types::ProtocolType;

use crate::names::{ROUTE_PATH, STAGE};
use crate::report::Step;
use crate::stack::Stack;

/// An API that is there.
#[derive(Clone, Debug)]
pub struct Api {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// `ApiEndpoint` of AWS's answer.
    pub endpoint: String,
}

/// Creates the HTTP API (CreateApi).
pub async fn create(stack: &Stack) -> Result<Api> {
    let recorded = stack.state.get().api_id;
    let find = || find_ours(stack, recorded.as_deref());
    let made = stack
        .once("API", recorded.is_some(), find, || call(stack))
        .await?;
    let api = made.value.clone();
    stack.state.update(|state| {
        state.api_id = Some(api.id.clone());
        state.api_url = Some(format!("{}/{STAGE}{ROUTE_PATH}", api.endpoint));
    })?;
    let name = &stack.plan.names.api;
    let line = format!(
        "API Gateway '{name}' HTTP API created with ID: '{}'",
        api.id
    );
    stack.line(Step::Api, made.line(line));
    Ok(api)
}

/// Names of APIs are not unique: the tag decides.
async fn find_ours(stack: &Stack, recorded: Option<&str>) -> Result<Option<Api>> {
    if let Some(id) = recorded {
        let answer = stack
            .aws
            .api_gateway
            .get_api()
            .api_id(id)
            .send()
            .await
            .named("GetApi");
        return Ok(optional(answer)?.map(|api| new(api.api_id, api.api_endpoint)));
    }
    let found = find::apis(&stack.aws, &stack.ours)
        .await?
        .into_iter()
        .next();
    Ok(found.map(|api| new(api.api_id, api.api_endpoint)))
}

async fn call(stack: &Stack) -> Result<Api, CallError> {
    let (tag, deployment_id) = stack.ours.tag();
    let answer = stack
        .aws
        .api_gateway
        .create_api()
        .name(&stack.plan.names.api)
        .protocol_type(ProtocolType::Http)
        .tags(tag, deployment_id)
        .send()
        .await
        .named("CreateApi")?;
    Ok(new(answer.api_id, answer.api_endpoint))
}

fn new(id: Option<String>, endpoint: Option<String>) -> Api {
    Api {
        id: id.unwrap_or_default(),
        endpoint: endpoint.unwrap_or_default(),
    }
}
