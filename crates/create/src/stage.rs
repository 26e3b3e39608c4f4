//! The stage: the published version of the API, under the path `/dev`.
//!
//! Without a stage, an API exists but answers nobody.

use aws_sdk_apigatewayv2::operation::create_stage::builders::CreateStageFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_stage::GetStageOutput;
use aws_sdk_apigatewayv2::operation::update_stage::builders::UpdateStageFluentBuilder;
use aws_sdk_apigatewayv2::types::RouteSettings;
use serde_json::Value;

use crate::api::ApiRef;
use crate::compare::property::{Property, object};
use crate::config::names::STAGE;
use crate::resource::prelude::*;

/// The stage of this API.
pub(crate) struct Stage {
    api: ApiRef,
}

impl Stage {
    fn create_call(&self, run: &Run) -> CreateStageFluentBuilder {
        let limits = RouteSettings::builder()
            // Requests per second: enough for a class, and cheap. A leaked token
            // costs at most about a dollar a day.
            .throttling_rate_limit(5.0)
            .throttling_burst_limit(10)
            .build();
        run.aws
            .api_gateway
            .create_stage()
            .api_id(&self.api.id)
            .stage_name(STAGE)
            // Each change of the API is published at once. Otherwise every
            // update would need a deployment of its own.
            .auto_deploy(true)
            .default_route_settings(limits)
    }
}

impl Property for RouteSettings {
    fn to_json(&self) -> Value {
        object!(self; throttling_rate_limit, throttling_burst_limit)
    }
}

properties!(CreateStageFluentBuilder, GetStageOutput, UpdateStageFluentBuilder:
    auto_deploy, default_route_settings);

impl Resource for Stage {
    const NAME: &'static str = "stage";
    const CREATE: Operation = Operation::new(
        "CreateStage",
        "Publishes the API under /dev, again at each change, with a limit on requests.",
        &["stageName"],
    );
    const PART_OF_API: bool = true;
    type Needs = ApiRef;
    type Ref = ();
    type Live = GetStageOutput;

    fn new(api: ApiRef) -> Stage {
        Stage { api }
    }

    fn title(_: &Run) -> String {
        format!("Stage '{STAGE}'")
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        format!("(Auto deploy) stage created with name: '{STAGE}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, STAGE))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_stage();
        let answer = call.api_id(&key.parent).stage_name(&key.id).send().await;
        Ok(optional(answer.named("GetStage"))?)
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.api.id, STAGE)])
    }

    async fn create(&self, run: &Run) -> CallResult {
        self.create_call(run)
            .send()
            .await
            .named("CreateStage")
            .map(drop)
    }

    fn reference(_: &Run, _: &Self::Live) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, _: &Self::Live, _: &[Difference]) -> CallResult {
        let call = run
            .aws
            .api_gateway
            .update_stage()
            .api_id(&self.api.id)
            .stage_name(STAGE);
        let call = overwrite(call, &self.create_call(run));
        call.send().await.named("UpdateStage").map(drop)
    }
}
