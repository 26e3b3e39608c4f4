//! How the integration is found, compared and changed.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_integration::builders::CreateIntegrationFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_integration::GetIntegrationOutput;
use aws_sdk_apigatewayv2::operation::update_integration::builders::UpdateIntegrationFluentBuilder;

use crate::integration::Integration;
use crate::live::LiveResource;
use crate::live::route;
use crate::resource::prelude::*;

properties!(CreateIntegrationFluentBuilder, GetIntegrationOutput, UpdateIntegrationFluentBuilder:
    integration_type, integration_method, integration_uri, payload_format_version);

impl LiveResource for Integration {
    type Live = GetIntegrationOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, state.api_integration_id?))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_integration().api_id(&key.parent);
        let answer = call.integration_id(&key.id).send().await;
        Ok(optional(answer.named("GetIntegration"))?)
    }

    /// The API is ours, and so is its integration with our function.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let mut integrations = find::pages(async |token| {
            let call = run.aws.api_gateway.get_integrations().api_id(&self.api.id);
            let answer = call.set_next_token(token).send().await;
            let page = answer.named("GetIntegrations")?;
            Ok((page.items, page.next_token))
        })
        .await?;
        integrations.retain(|one| one.integration_uri() == Some(&self.function.arn));
        let ids = integrations
            .into_iter()
            .filter_map(|one| one.integration_id);
        Ok(ids.map(|id| Key::within(&self.api.id, id)).collect())
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        let id = live.integration_id.clone();
        required("GetIntegration", "IntegrationId", id)
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let update = run.aws.api_gateway.update_integration();
        let call = overwrite(update, &self.create_call(run))
            .api_id(&self.api.id)
            .set_integration_id(live.integration_id.clone());
        call.send().await.named("UpdateIntegration").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        state.api_integration_id = Some(id.clone());
    }

    /// A route that a person has added may refer to it.
    async fn is_used(run: &Run, key: &Key) -> Result<bool> {
        let target = format!("integrations/{}", key.id);
        let mut routes = route::list(run, &key.parent).await?.into_iter();
        Ok(routes.any(|route| route.target() == Some(&target)))
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.api_gateway.delete_integration().api_id(&key.parent);
        let answer = call.integration_id(&key.id).send().await;
        answer.named("DeleteIntegration").map(drop)
    }
}
