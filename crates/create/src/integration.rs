//! The integration: what the API does with a request that may pass.
//!
//! An HTTP API has no code of its own. The integration names the function to
//! call, and in which form the request reaches it. Without one, the API would
//! answer every request with 404.

use aws_sdk_apigatewayv2::operation::create_integration::builders::CreateIntegrationFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_integration::GetIntegrationOutput;
use aws_sdk_apigatewayv2::operation::update_integration::builders::UpdateIntegrationFluentBuilder;
use aws_sdk_apigatewayv2::types::IntegrationType;

use aws_client::find;

use crate::api::ApiRef;
use crate::function::FunctionRef;
use crate::resource::prelude::*;
use crate::route;

/// The integration of this API with this function.
pub(crate) struct Integration {
    api: ApiRef,
    function: FunctionRef,
}

impl Integration {
    fn create_call(&self, run: &Run) -> CreateIntegrationFluentBuilder {
        run.aws
            .api_gateway
            .create_integration()
            .api_id(&self.api.id)
            // The function gets the whole request and answers with the whole
            // response: nothing is mapped in between.
            .integration_type(IntegrationType::AwsProxy)
            // Lambda's Invoke is a POST, whatever the route's method is.
            .integration_method("POST")
            .integration_uri(&self.function.arn)
            // The newer event: headers as one map, and the verified claims in
            // `requestContext.authorizer.jwt`.
            .payload_format_version("2.0")
    }
}

properties!(CreateIntegrationFluentBuilder, GetIntegrationOutput, UpdateIntegrationFluentBuilder:
    integration_type, integration_method, integration_uri, payload_format_version);

impl Resource for Integration {
    const NAME: &'static str = "integration";
    const CREATE: Operation = Operation::new(
        "CreateIntegration",
        "Tells the API where a request goes that may pass: to the function.",
        &["integrationId"],
    );
    const PART_OF_API: bool = true;
    type Needs = (ApiRef, FunctionRef);
    type Ref = String;
    type Live = GetIntegrationOutput;

    fn new((api, function): Self::Needs) -> Integration {
        Integration { api, function }
    }

    fn title(run: &Run) -> String {
        format!("Integration with '{}'", run.config.names.function)
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Integration created with ID: '{id}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, state.api_integration_id?))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_integration();
        let answer = call
            .api_id(&key.parent)
            .integration_id(&key.id)
            .send()
            .await;
        Ok(optional(answer.named("GetIntegration"))?)
    }

    /// The API is ours, and so is its integration with our function.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let mut integrations = find::pages(async |token| {
            let call = run
                .aws
                .api_gateway
                .get_integrations()
                .api_id(&self.api.id)
                .set_next_token(token);
            let answer = call.send().await.named("GetIntegrations")?;
            Ok((answer.items, answer.next_token))
        })
        .await?;
        integrations.retain(|one| one.integration_uri() == Some(&self.function.arn));
        let ids = integrations
            .into_iter()
            .filter_map(|one| one.integration_id);
        Ok(ids.map(|id| Key::within(&self.api.id, id)).collect())
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateIntegration")?.integration_id;
        required("CreateIntegration", "IntegrationId", id)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required(
            "GetIntegration",
            "IntegrationId",
            live.integration_id.clone(),
        )
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live, _: &[Difference]) -> CallResult {
        let call = run
            .aws
            .api_gateway
            .update_integration()
            .api_id(&self.api.id)
            .set_integration_id(live.integration_id.clone());
        let call = overwrite(call, &self.create_call(run));
        call.send().await.named("UpdateIntegration").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        state.api_integration_id = Some(id.clone());
    }

    /// A route that a person has added may refer to it.
    async fn is_used(run: &Run, key: &Key) -> Result<bool> {
        let routes = route::list(run, &key.parent).await?;
        Ok(routes
            .iter()
            .any(|route| route.target() == Some(&format!("integrations/{}", key.id))))
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run
            .aws
            .api_gateway
            .delete_integration()
            .api_id(&key.parent)
            .integration_id(&key.id);
        call.send().await.named("DeleteIntegration").map(drop)
    }
}
