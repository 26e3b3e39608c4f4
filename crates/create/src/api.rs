//! The HTTP API: the gateway in front of the function.
//!
//! In OAuth's terms it is the resource server (RFC 6749, section 1.1): it takes
//! requests with access tokens, and refuses those without a good one before any
//! code of ours runs. Deleting it deletes its stage, route, integration and
//! authorizer.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_api::builders::CreateApiFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_api::GetApiOutput;
use aws_sdk_apigatewayv2::types::ProtocolType;

use crate::compare::difference::differences;
use crate::compare::property::{Property, overwrite};
use crate::config::names::{ROUTE_PATH, STAGE};
use crate::resource::prelude::*;

/// The HTTP API.
pub(crate) struct Api;

/// An existing API.
#[derive(Clone, Debug)]
pub(crate) struct ApiRef {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// Its URL, without the stage.
    pub endpoint: String,
}

impl Reference for ApiRef {
    fn unknown() -> ApiRef {
        ApiRef {
            id: String::unknown(),
            endpoint: String::unknown(),
        }
    }
}

impl Api {
    fn create_call(&self, run: &Run) -> CreateApiFluentBuilder {
        run.aws
            .api_gateway
            .create_api()
            .name(&run.config.names.api)
            // An HTTP API validates JWTs itself; a REST API has its own Cognito
            // authorizer and costs three times as much a request.
            .protocol_type(ProtocolType::Http)
            // Names are not unique: the tag says that it is ours.
            .set_tags(Some(run.tags()))
    }
}

impl Resource for Api {
    const NAME: &'static str = "API";
    const CREATE: Operation = Operation::new(
        "CreateApi",
        "Makes the HTTP API: the gateway that checks tokens before anything of ours runs.",
        &["apiId", "apiEndpoint"],
    );
    const IMMUTABLE: &'static [&'static str] = &["ProtocolType"];
    const PART_OF_API: bool = true;
    type Needs = ();
    type Ref = ApiRef;
    type Live = GetApiOutput;

    fn new((): ()) -> Api {
        Api
    }

    fn title(run: &Run) -> String {
        format!("HTTP API '{}'", run.config.names.api)
    }

    fn line(&self, run: &Run, api: &ApiRef, change: &Change) -> String {
        let (name, id) = (&run.config.names.api, &api.id);
        format!("API Gateway '{name}' HTTP API created with ID: '{id}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        state.api_id.map(Key::new)
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let answer = run.aws.api_gateway.get_api().api_id(&key.id).send().await;
        let api = optional(answer.named("GetApi"))?;
        if let Some(api) = &api {
            run.check_tag(&Self::title(run), &key.id, api.tags.as_ref())?;
        }
        Ok(api)
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let found = find::apis(&run.aws, &run.tag).await?;
        let ids = found.into_iter().filter_map(|api| api.api_id);
        Ok(ids.map(Key::new).collect())
    }

    async fn create(&self, run: &Run) -> CallResult<ApiRef> {
        let answer = self.create_call(run).send().await.named("CreateApi")?;
        Ok(ApiRef {
            id: required("CreateApi", "ApiId", answer.api_id)?,
            endpoint: required("CreateApi", "ApiEndpoint", answer.api_endpoint)?,
        })
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<ApiRef> {
        Ok(ApiRef {
            id: required("GetApi", "ApiId", live.api_id.clone())?,
            endpoint: required("GetApi", "ApiEndpoint", live.api_endpoint.clone())?,
        })
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let desired = self.create_call(run);
        let protocol = desired.get_protocol_type().to_json();
        differences([
            ("Name", live.name.to_json(), desired.get_name().to_json()),
            ("ProtocolType", live.protocol_type.to_json(), protocol),
        ])
    }

    async fn update(&self, run: &Run, live: &Self::Live, _: &[Difference]) -> CallResult {
        let call = run.aws.api_gateway.update_api();
        let call = overwrite!(call, self.create_call(run); name);
        let call = call.set_api_id(live.api_id.clone());
        call.send().await.named("UpdateApi").map(drop)
    }

    fn record(&self, _: &Run, api: &ApiRef, state: &mut State) {
        state.api_id = Some(api.id.clone());
        state.api_url = Some(format!("{}/{STAGE}{ROUTE_PATH}", api.endpoint));
    }

    fn created_at(live: &Self::Live) -> Option<u64> {
        milliseconds(live.created_date)
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.api_gateway.delete_api().api_id(&key.id);
        call.send().await.named("DeleteApi").map(drop)
    }
}
