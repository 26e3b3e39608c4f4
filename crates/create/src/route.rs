//! The route: which requests the API takes, and with which scopes.
//!
//! In OAuth's terms it is the protected resource. The authorizer has proved that
//! the token is genuine; the route asks what it is good for (RFC 6750, section
//! 3.1: a token without the scope gets 403, `insufficient_scope`). Without its
//! scopes any token of the client would open it, also one issued for less.

use aws_sdk_apigatewayv2::operation::create_route::builders::CreateRouteFluentBuilder;
use aws_sdk_apigatewayv2::types::AuthorizationType;

use crate::api::ApiRef;
use crate::config::names::{Names, ROUTE_SCOPES};
use crate::resource::prelude::*;

/// The route of this API to this integration, behind this authorizer.
pub(crate) struct Route {
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

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateRoute")?.route_id;
        required("CreateRoute", "RouteId", id)
    }
}
