//! How the stage is found, compared and changed.

use aws_sdk_apigatewayv2::operation::create_stage::builders::CreateStageFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_stage::GetStageOutput;
use aws_sdk_apigatewayv2::operation::update_stage::builders::UpdateStageFluentBuilder;
use aws_sdk_apigatewayv2::types::RouteSettings;
use serde_json::Value;

use crate::compare::property::{Property, object};
use crate::config::names::STAGE;
use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::stage::Stage;

impl Property for RouteSettings {
    fn to_json(&self) -> Value {
        object!(self; throttling_rate_limit, throttling_burst_limit)
    }
}

properties!(CreateStageFluentBuilder, GetStageOutput, UpdateStageFluentBuilder:
    auto_deploy, default_route_settings);

impl LiveResource for Stage {
    type Live = GetStageOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, STAGE))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_stage();
        let answer = call.api_id(&key.parent).stage_name(&key.id).send().await;
        Ok(optional(answer.named("GetStage"))?)
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.api.id, STAGE)])
    }

    fn reference(_: &Run, _: &Self::Live) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, _: &Self::Live) -> CallResult {
        let update = run.aws.api_gateway.update_stage();
        let call = overwrite(update, &self.create_call(run))
            .api_id(&self.api.id)
            .stage_name(STAGE);
        call.send().await.named("UpdateStage").map(drop)
    }
}
