//! The route: which requests the API takes, and with which scopes.
//!
//! In OAuth's terms it is the protected resource. The authorizer has proved that
//! the token is genuine; the route asks what it is good for (RFC 6750, section
//! 3.1: a token without the scope gets 403, `insufficient_scope`). Without its
//! scopes any token of the client would open it, also one issued for less.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_route::GetRouteOutput;
use aws_sdk_apigatewayv2::operation::update_route::builders::UpdateRouteFluentBuilder;
use aws_sdk_apigatewayv2::types::{AuthorizationType, Route as Description};

use crate::api::ApiRef;
use crate::config::names::{Names, ROUTE_SCOPES};
use crate::resource::prelude::*;

/// The route of this API to this integration, behind this authorizer.
pub(crate) struct Route {
    api: ApiRef,
    integration_id: String,
    authorizer_id: String,
}

impl Route {
    fn create_call(&self, run: &Run) -> CreateRouteFluentBuilder {
        run.aws
            .api_gateway
            .create_route()
            .api_id(&self.api.id)
            .route_key(Names::route_key())
            // Where requests go that may pass.
            .target(format!("integrations/{}", self.integration_id))
            // Without these two, API Gateway would let everybody in.
            .authorization_type(AuthorizationType::Jwt)
            .authorizer_id(&self.authorizer_id)
            // One of them in the token's `scope` is enough.
            .set_authorization_scopes(Some(ROUTE_SCOPES.iter().copied().map(Into::into).collect()))
    }
}

properties!(CreateRouteFluentBuilder, GetRouteOutput, UpdateRouteFluentBuilder:
    route_key, target, authorization_type, authorizer_id, authorization_scopes);

impl Resource for Route {
    const NAME: &'static str = "route";
    const CREATE: Operation = Operation::new(
        "CreateRoute",
        "Opens GET /hello to tokens that have one of the API's scopes.",
        &["routeId"],
    );
    const PART_OF_API: bool = true;
    type Needs = (ApiRef, String, String);
    type Ref = String;
    type Live = GetRouteOutput;

    fn new((api, integration_id, authorizer_id): Self::Needs) -> Route {
        Route {
            api,
            integration_id,
            authorizer_id,
        }
    }

    fn title(_: &Run) -> String {
        format!("Route '{}'", Names::route_key())
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        let key = Names::route_key();
        format!("Route '{key}' created with ID: '{id}'{change}")
    }

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

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateRoute")?.route_id;
        required("CreateRoute", "RouteId", id)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("GetRoute", "RouteId", live.route_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live, _: &[Difference]) -> CallResult {
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
