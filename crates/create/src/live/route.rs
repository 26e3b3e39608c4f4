//! How a route is found, compared, changed and removed.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_route::GetRouteOutput;
use aws_sdk_apigatewayv2::operation::update_route::builders::UpdateRouteFluentBuilder;
use aws_sdk_apigatewayv2::types::Route as Description;

use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::route::Route;

properties!(CreateRouteFluentBuilder, GetRouteOutput, UpdateRouteFluentBuilder:
    route_key, target, authorization_type, authorizer_id, authorization_scopes);

impl LiveResource for Route {
    type Live = GetRouteOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        let id = state.routes().remove(&self.row.key())?.id?;
        Some(Key::within(state.api_id?, id))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_route();
        let answer = call.api_id(&key.parent).route_id(&key.id).send().await;
        Ok(optional(answer.named("GetRoute"))?)
    }

    /// The API is ours, and so is the route of this key in it: also one that a person
    /// has added, now that the table has it.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let key = self.row.key();
        let mut found = search(run, &self.api.id, &key).await?;
        // Somebody may have given the route of another row this key.
        let mut recorded = run.state.get().routes();
        recorded.remove(&key);
        let other = |id: &String| recorded.values().any(|route| route.id.as_ref() == Some(id));
        found.retain(|one| !other(&one.id));
        Ok(found)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("GetRoute", "RouteId", live.route_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let update = run.aws.api_gateway.update_route();
        let call = overwrite(update, &self.create_call(run))
            .api_id(&self.api.id)
            .set_route_id(live.route_id.clone());
        call.send().await.named("UpdateRoute").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        let key = self.row.key();
        if state.first_route().as_ref() == Some(&key) {
            state.api_route_id = Some(id.clone());
        }
        let routes = state.api_routes.get_or_insert_default();
        routes.entry(key).or_default().id = Some(id.clone());
    }
}

/// Where the routes of this key are in an API; AWS allows one.
///
/// # Errors
/// If a call fails.
pub(crate) async fn search(run: &Run, api_id: &str, route_key: &str) -> Result<Vec<Key>> {
    let mut routes = list(run, api_id).await?;
    routes.retain(|one| one.route_key() == Some(route_key));
    let ids = routes.into_iter().filter_map(|one| one.route_id);
    Ok(ids.map(|id| Key::within(api_id, id)).collect())
}

/// Deletes a route (DeleteRoute); `false` if it was not there.
///
/// # Errors
/// If AWS refuses.
pub(crate) async fn delete(run: &Run, key: &Key) -> CallResult<bool> {
    let call = run.aws.api_gateway.delete_route().api_id(&key.parent);
    let answer = call.route_id(&key.id).send().await;
    optional(answer.named("DeleteRoute")).map(|deleted| deleted.is_some())
}

/// The routes of an API, all pages (GetRoutes).
pub(crate) async fn list(run: &Run, api_id: &str) -> Result<Vec<Description>> {
    let routes = find::pages(async |token| {
        let call = run.aws.api_gateway.get_routes().api_id(api_id);
        let answer = call.set_next_token(token).send().await;
        let page = answer.named("GetRoutes")?;
        Ok((page.items, page.next_token))
    });
    Ok(routes.await?)
}
