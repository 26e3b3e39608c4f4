//! The stage, to which each change of the API is deployed automatically.

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_apigatewayv2::types::RouteSettings;
use common::{Result, State};
use serde::Serialize;

use crate::api::Api;
use crate::config::names::STAGE;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// The stage as AWS describes it.
pub(crate) type Live = resource::Live<(), Properties>;

/// The properties that we set on a stage.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    auto_deploy: bool,
    default_route_settings: Throttle,
}

/// The limits on requests: per second, and in a burst.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Throttle {
    throttling_rate_limit: Option<f64>,
    throttling_burst_limit: Option<i32>,
}

/// The desired stage.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The API that it belongs to.
    pub api: &'a Api,
}

/// Sets every property on a call that creates or updates.
macro_rules! set {
    ($call:expr, $desired:expr) => {{
        let desired: Properties = $desired;
        $call
            .auto_deploy(desired.auto_deploy)
            .default_route_settings(settings(&desired.default_route_settings))
    }};
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "stage";
    const CREATE: &'static str = "CreateStage";
    type Id = ();
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            auto_deploy: true,
            // Enough for a class, and cheap: a leaked token costs at most about
            // a dollar a day.
            default_route_settings: Throttle {
                throttling_rate_limit: Some(5.0),
                throttling_burst_limit: Some(10),
            },
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        get(self.stack, &self.api.id).await
    }

    async fn create(&self) -> Result<(), CallError> {
        let call = self.stack.aws.api_gateway.create_stage();
        let call = call.api_id(&self.api.id).stage_name(STAGE);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        answer.named("CreateStage")?;
        Ok(())
    }

    async fn update(&self, _: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.api_gateway.update_stage();
        let call = call.api_id(&self.api.id).stage_name(STAGE);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateStage")?;
        Ok(())
    }

    fn record(&self, (): &(), _: &mut State) {}
}

/// Creates or updates the stage, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, api: &Api) -> Result<()> {
    let ensured = stack.ensure(&Desired { stack, api }, live).await?;
    let suffix = ensured.change.suffix();
    stack.line(
        OutputLine::Stage,
        format!("(Auto deploy) stage created with name: '{STAGE}'{suffix}"),
    );
    Ok(())
}

/// Reads the stage of the API recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().api_id {
        Some(api_id) => get(stack, &api_id).await,
        None => Ok(None),
    }
}

async fn get(stack: &Stack, api_id: &str) -> Result<Option<Live>> {
    let call = stack.aws.api_gateway.get_stage();
    let call = call.api_id(api_id).stage_name(STAGE);
    let Some(answer) = optional(call.send().await.named("GetStage"))? else {
        return Ok(None);
    };
    let throttle = answer.default_route_settings();
    Ok(Some(Live {
        id: (),
        properties: Properties {
            auto_deploy: answer.auto_deploy.unwrap_or_default(),
            default_route_settings: Throttle {
                throttling_rate_limit: throttle.and_then(|it| it.throttling_rate_limit),
                throttling_burst_limit: throttle.and_then(|it| it.throttling_burst_limit),
            },
        },
    }))
}

fn settings(throttle: &Throttle) -> RouteSettings {
    RouteSettings::builder()
        .set_throttling_rate_limit(throttle.throttling_rate_limit)
        .set_throttling_burst_limit(throttle.throttling_burst_limit)
        .build()
}
