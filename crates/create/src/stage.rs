//! The stage: where the API is deployed, by itself at each change.

use api_aws::error::optional;
use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_apigatewayv2::types::RouteSettings;

use crate::api::Api;
use crate::names::STAGE;
use crate::report::Step;
use crate::stack::Stack;

/// Requests a second, and at once: enough for a class, too few for a bill. A
/// token that leaks costs at most about a dollar a day.
const RATE_LIMIT: f64 = 5.0;
const BURST_LIMIT: i32 = 10;

/// Creates the stage (CreateStage).
pub async fn create(stack: &Stack, api: &Api) -> Result<()> {
    let made = stack
        .once(
            "stage",
            false,
            || find_ours(stack, api),
            || call(stack, api),
        )
        .await?;
    let line = format!("(Auto deploy) stage created with name: '{STAGE}'");
    stack.line(Step::Stage, made.line(line));
    Ok(())
}

async fn find_ours(stack: &Stack, api: &Api) -> Result<Option<()>> {
    let call = stack
        .aws
        .api_gateway
        .get_stage()
        .api_id(&api.id)
        .stage_name(STAGE);
    Ok(optional(call.send().await.named("GetStage"))?.map(|_| ()))
}

async fn call(stack: &Stack, api: &Api) -> Result<(), CallError> {
    let throttle = RouteSettings::builder()
        .throttling_rate_limit(RATE_LIMIT)
        .throttling_burst_limit(BURST_LIMIT)
        .build();
    stack
        .aws
        .api_gateway
        .create_stage()
        .api_id(&api.id)
        .stage_name(STAGE)
        .auto_deploy(true)
        .default_route_settings(throttle)
        .send()
        .await
        .named("CreateStage")?;
    Ok(())
}
