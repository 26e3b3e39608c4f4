//! How the authorizer is found, compared and changed.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_authorizer::builders::CreateAuthorizerFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_authorizer::GetAuthorizerOutput;
use aws_sdk_apigatewayv2::operation::update_authorizer::builders::UpdateAuthorizerFluentBuilder;
use aws_sdk_apigatewayv2::types::JwtConfiguration;
use serde_json::Value;

use crate::authorizer::Authorizer;
use crate::compare::property::{Property, object};
use crate::config::names::AUTHORIZER;
use crate::live::LiveResource;
use crate::live::route;
use crate::resource::prelude::*;

impl Property for JwtConfiguration {
    fn to_json(&self) -> Value {
        object!(self; issuer, audience)
    }
}

properties!(CreateAuthorizerFluentBuilder, GetAuthorizerOutput, UpdateAuthorizerFluentBuilder:
    name, authorizer_type, identity_source, jwt_configuration);

impl LiveResource for Authorizer {
    type Live = GetAuthorizerOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, state.api_authorizer_id?))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_authorizer();
        let answer = call.api_id(&key.parent).authorizer_id(&key.id).send().await;
        Ok(optional(answer.named("GetAuthorizer"))?)
    }

    /// The API is ours, and so is the authorizer of this name in it.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let mut authorizers = find::pages(async |token| {
            let call = run.aws.api_gateway.get_authorizers().api_id(&self.api.id);
            let answer = call.set_next_token(token).send().await;
            let page = answer.named("GetAuthorizers")?;
            Ok((page.items, page.next_token))
        })
        .await?;
        authorizers.retain(|one| one.name() == Some(AUTHORIZER));
        let ids = authorizers.into_iter().filter_map(|one| one.authorizer_id);
        Ok(ids.map(|id| Key::within(&self.api.id, id)).collect())
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("GetAuthorizer", "AuthorizerId", live.authorizer_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let update = run.aws.api_gateway.update_authorizer();
        let call = overwrite(update, &self.create_call(run))
            .api_id(&self.api.id)
            .set_authorizer_id(live.authorizer_id.clone());
        call.send().await.named("UpdateAuthorizer").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        state.api_authorizer_id = Some(id.clone());
    }

    /// A route that a person has added may refer to it.
    async fn is_used(run: &Run, key: &Key) -> Result<bool> {
        let mut routes = route::list(run, &key.parent).await?.into_iter();
        Ok(routes.any(|route| route.authorizer_id() == Some(&*key.id)))
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.api_gateway.delete_authorizer();
        let answer = call.api_id(&key.parent).authorizer_id(&key.id).send().await;
        answer.named("DeleteAuthorizer").map(drop)
    }
}
