//! How the route is found, compared and changed.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_route::GetRouteOutput;
use aws_sdk_apigatewayv2::operation::update_route::builders::UpdateRouteFluentBuilder;
use aws_sdk_apigatewayv2::types::Route as Description;

use crate::config::names::Names;
use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::route::Route;

properties!(CreateRouteFluentBuilder, GetRouteOutput, UpdateRouteFluentBuilder:
    route_key, target, authorization_type, authorizer_id, authorization_scopes);

impl LiveResource for Route {
    type Live = GetRouteOutput;

    fn recorded(state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, state.api_route_id?))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_route();
        let answer = call.api_id(&key.parent).route_id(&key.id).send().await;
        Ok(optional(answer.named("GetRoute"))?)
    }

    /// The API is ours, and so is the route of this key in it.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let mut routes = list(run, &self.api.id).await?;
        routes.retain(|one| one.route_key() == Some(&Names::route_key()));
        let ids = routes.into_iter().filter_map(|one| one.route_id);
        Ok(ids.map(|id| Key::within(&self.api.id, id)).collect())
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("GetRoute", "RouteId", live.route_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let call = run
            .aws
            .api_gateway
            .update_route()
            .api_id(&self.api.id)
            .set_route_id(live.route_id.clone());
        let call = overwrite(call, &self.create_call(run));
        call.send().await.named("UpdateRoute").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        state.api_route_id = Some(id.clone());
    }
}

/// The routes of an API, all pages (GetRoutes).
pub(crate) async fn list(run: &Run, api_id: &str) -> Result<Vec<Description>> {
    let routes = find::pages(async |token| {
        let call = run
            .aws
            .api_gateway
            .get_routes()
            .api_id(api_id)
            .set_next_token(token);
        let answer = call.send().await.named("GetRoutes")?;
        Ok((answer.items, answer.next_token))
    });
    Ok(routes.await?)
}
