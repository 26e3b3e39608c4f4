//! A route: which requests the API takes, and with which scopes.
//!
//! In OAuth's terms it is the protected resource. The authorizer has proved that
//! the token is genuine; the route asks what it is good for (RFC 6750, section
//! 3.1: a token without the scope gets 403, `insufficient_scope`). Without its
//! scopes any token of the client would open it, also one issued for less. The table
//! of routes is in [`names`](crate::config::names::ROUTES).

use aws_sdk_apigatewayv2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_apigatewayv2::types::AuthorizationType;

use crate::api::ApiRef;
use crate::config::names::texts;
use crate::config::routes::RouteRow;
use crate::resource::prelude::*;

/// The route of this row, in this API, to this integration, behind this authorizer.
pub(crate) struct Route {
    pub row: &'static RouteRow,
    pub api: ApiRef,
    pub integration_id: String,
    pub authorizer_id: String,
}

impl Route {
    pub(crate) fn create_call(&self, run: &Run) -> CreateRouteFluentBuilder {
        run.aws
            .api_gateway
            .create_route()
            .api_id(&self.api.id)
            .route_key(self.row.key())
            // Where requests go that may pass.
            .target(format!("integrations/{}", self.integration_id))
            // Without these two, API Gateway would let everybody in.
            .authorization_type(AuthorizationType::Jwt)
            .authorizer_id(&self.authorizer_id)
            // One of them in the token's `scope` is enough.
            .set_authorization_scopes(Some(texts(self.row.scopes)))
    }
}

impl Resource for Route {
    const NAME: &'static str = "route";
    const CREATE: Operation = Operation::new(
        "CreateRoute",
        "Opens a route of the API to tokens that have one of its scopes.",
        &["routeId"],
    );
    const PART_OF_API: bool = true;
    type Needs = (&'static RouteRow, ApiRef, String, String);
    type Ref = String;

    fn new((row, api, integration_id, authorizer_id): Self::Needs) -> Route {
        Route {
            row,
            api,
            integration_id,
            authorizer_id,
        }
    }

    fn noted_as(&self) -> String {
        format!("CreateRoute {}", self.row.key())
    }

    fn title(&self, _: &Run) -> String {
        title(&self.row.key())
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        let key = self.row.key();
        format!("Route '{key}' created with ID: '{id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateRoute")?.route_id;
        required("CreateRoute", "RouteId", id)
    }
}

/// A route's name in messages, by its key.
pub(crate) fn title(key: &str) -> String {
    format!("Route '{key}'")
}
