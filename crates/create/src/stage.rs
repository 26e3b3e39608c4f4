//! The stage: the published version of the API, under the path `/dev`.
//!
//! Without a stage, an API exists but answers nobody.

use aws_sdk_apigatewayv2::operation::create_stage::builders::CreateStageFluentBuilder;
use aws_sdk_apigatewayv2::types::RouteSettings;

use crate::api::ApiRef;
use crate::config::names::STAGE;
use crate::resource::prelude::*;

/// The stage of this API.
pub(crate) struct Stage {
    pub api: ApiRef,
}

impl Stage {
    pub(crate) fn create_call(&self, run: &Run) -> CreateStageFluentBuilder {
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

    fn new(api: ApiRef) -> Stage {
        Stage { api }
    }

    fn title(&self, _: &Run) -> String {
        format!("Stage '{STAGE}'")
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        format!("(Auto deploy) stage created with name: '{STAGE}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult {
        let answer = self.create_call(run).send().await;
        answer.named("CreateStage").map(drop)
    }
}
