//! The route: which requests go to the integration, and with which scopes.

use std::collections::BTreeSet;

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_apigatewayv2::types::AuthorizationType;
use common::{Result, State};
use serde::Serialize;

use crate::api::Api;
use crate::config::names::{Names, ROUTE_SCOPES};
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// The route as AWS describes it; AWS assigns its id.
pub(crate) type Live = resource::Live<String, Properties>;

/// The properties that we set on a route.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    route_key: String,
    target: String,
    authorization_type: String,
    authorizer_id: Option<String>,
    authorization_scopes: BTreeSet<String>,
}

/// The desired route.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The API that it belongs to.
    pub api: &'a Api,
    /// The integration that its requests go to.
    pub integration_id: &'a str,
    /// The authorizer that checks their tokens.
    pub authorizer_id: &'a str,
}

/// Sets every property on a call that creates or updates.
macro_rules! set {
    ($call:expr, $desired:expr) => {{
        let desired: Properties = $desired;
        $call
            .route_key(desired.route_key)
            .target(desired.target)
            .authorization_type(desired.authorization_type.as_str().into())
            .set_authorizer_id(desired.authorizer_id)
            .set_authorization_scopes(Some(desired.authorization_scopes.into_iter().collect()))
    }};
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "route";
    const CREATE: &'static str = "CreateRoute";
    type Id = String;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            route_key: Names::route_key(),
            target: format!("integrations/{}", self.integration_id),
            authorization_type: AuthorizationType::Jwt.as_str().to_owned(),
            authorizer_id: Some(self.authorizer_id.to_owned()),
            authorization_scopes: ROUTE_SCOPES.iter().map(|&scope| scope.to_owned()).collect(),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        let call = self.stack.aws.api_gateway.get_routes().api_id(&self.api.id);
        let answer = call.send().await.named("GetRoutes")?;
        let mut items = answer.items.unwrap_or_default().into_iter();
        let found = items.find(|route| route.route_key() == Some(&Names::route_key()));
        match found.and_then(|route| route.route_id) {
            Some(id) => get(self.stack, &self.api.id, &id).await,
            None => Ok(None),
        }
    }

    async fn create(&self) -> Result<String, CallError> {
        let call = self.stack.aws.api_gateway.create_route();
        let call = call.api_id(&self.api.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        Ok(answer.named("CreateRoute")?.route_id.unwrap_or_default())
    }

    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.api_gateway.update_route();
        let call = call.api_id(&self.api.id).route_id(&live.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateRoute")?;
        Ok(())
    }

    fn record(&self, id: &String, state: &mut State) {
        state.api_route_id = Some(id.clone());
    }
}

/// Creates or updates the route, which accepts tokens with one of its scopes.
pub(crate) async fn ensure(
    stack: &Stack,
    live: Option<Live>,
    api: &Api,
    integration_id: &str,
    authorizer_id: &str,
) -> Result<()> {
    let desired = Desired {
        stack,
        api,
        integration_id,
        authorizer_id,
    };
    let ensured = stack.ensure(&desired, live).await?;
    let (id, suffix) = (&ensured.id, ensured.change.suffix());
    let key = Names::route_key();
    stack.line(
        OutputLine::Route,
        format!("Route '{key}' created with ID: '{id}'{suffix}"),
    );
    Ok(())
}

/// Reads the route recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    match (state.api_id, state.api_route_id) {
        (Some(api_id), Some(id)) => get(stack, &api_id, &id).await,
        _ => Ok(None),
    }
}

async fn get(stack: &Stack, api_id: &str, id: &str) -> Result<Option<Live>> {
    let call = stack.aws.api_gateway.get_route();
    let call = call.api_id(api_id).route_id(id);
    let Some(answer) = optional(call.send().await.named("GetRoute"))? else {
        return Ok(None);
    };
    let authorization = answer.authorization_type.as_ref();
    Ok(Some(Live {
        id: id.to_owned(),
        properties: Properties {
            route_key: answer.route_key.unwrap_or_default(),
            target: answer.target.unwrap_or_default(),
            authorization_type: authorization.map_or("NONE", |it| it.as_str()).to_owned(),
            authorizer_id: answer.authorizer_id.filter(|id| !id.is_empty()),
            authorization_scopes: answer.authorization_scopes.into_iter().flatten().collect(),
        },
    }))
}
