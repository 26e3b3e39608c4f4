//! The authorizer: which tokens the API accepts.

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_apigatewayv2::types::{AuthorizerType, JwtConfiguration};
use common::{Result, State};
use serde::Serialize;

use crate::api::Api;
use crate::app_client::AppClient;
use crate::config::names::AUTHORIZER;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;
use crate::user_pool::UserPool;

/// The authorizer as AWS describes it; AWS assigns its id.
pub(crate) type Live = resource::Live<String, Properties>;

/// The properties that we set on an authorizer.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    name: String,
    authorizer_type: String,
    identity_source: Vec<String>,
    jwt_configuration: Jwt,
}

/// `iss` and `aud` of the tokens that it accepts.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Jwt {
    issuer: Option<String>,
    audience: Vec<String>,
}

/// The desired authorizer.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The API that it belongs to.
    pub api: &'a Api,
    /// The pool whose tokens it accepts.
    pub pool: &'a UserPool,
    /// The client whose tokens it accepts.
    pub client: &'a AppClient,
}

/// Sets every property on a call that creates or updates.
macro_rules! set {
    ($call:expr, $desired:expr) => {{
        let desired: Properties = $desired;
        $call
            .name(desired.name)
            .authorizer_type(AuthorizerType::Jwt)
            .set_identity_source(Some(desired.identity_source))
            .jwt_configuration(configuration(desired.jwt_configuration))
    }};
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "authorizer";
    const CREATE: &'static str = "CreateAuthorizer";
    type Id = String;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            name: AUTHORIZER.to_owned(),
            authorizer_type: AuthorizerType::Jwt.as_str().to_owned(),
            identity_source: vec!["$request.header.Authorization".to_owned()],
            jwt_configuration: Jwt {
                issuer: Some(self.pool.issuer.clone()),
                audience: vec![self.client.client_id.clone()],
            },
        }
    }

    /// The API is ours, and so is the authorizer of this name in it.
    async fn find(&self) -> Result<Option<Live>> {
        match list(self.stack, self.api).await?.first() {
            Some(id) => get(self.stack, &self.api.id, id).await,
            None => Ok(None),
        }
    }

    /// AWS reads the issuer's discovery document at once, but a new pool takes
    /// a while to serve it.
    async fn create(&self) -> Result<String, CallError> {
        let call = self.stack.aws.api_gateway.create_authorizer();
        let call = call.api_id(&self.api.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        let answer = answer.named("CreateAuthorizer")?;
        Ok(answer.authorizer_id.unwrap_or_default())
    }

    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.api_gateway.update_authorizer();
        let call = call.api_id(&self.api.id).authorizer_id(&live.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateAuthorizer")?;
        Ok(())
    }

    fn record(&self, id: &String, state: &mut State) {
        state.api_authorizer_id = Some(id.clone());
    }
}

/// Creates or updates the JWT authorizer, as needed.
pub(crate) async fn ensure(
    stack: &Stack,
    live: Option<Live>,
    api: &Api,
    pool: &UserPool,
    client: &AppClient,
) -> Result<String> {
    let desired = Desired {
        stack,
        api,
        pool,
        client,
    };
    let ensured = stack.ensure(&desired, live).await?;
    let (id, suffix) = (&ensured.id, ensured.change.suffix());
    stack.line(
        OutputLine::Authorizer,
        format!("Authorizer created with ID: '{id}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the authorizer recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    match (state.api_id, state.api_authorizer_id) {
        (Some(api_id), Some(id)) => get(stack, &api_id, &id).await,
        _ => Ok(None),
    }
}

/// The ids of the authorizers with our name (GetAuthorizers).
pub(crate) async fn list(stack: &Stack, api: &Api) -> Result<Vec<String>> {
    let call = stack.aws.api_gateway.get_authorizers().api_id(&api.id);
    let answer = call.send().await.named("GetAuthorizers")?;
    let items = answer.items.unwrap_or_default().into_iter();
    let ours = items.filter(|authorizer| authorizer.name() == Some(AUTHORIZER));
    Ok(ours
        .filter_map(|authorizer| authorizer.authorizer_id)
        .collect())
}

async fn get(stack: &Stack, api_id: &str, id: &str) -> Result<Option<Live>> {
    let call = stack.aws.api_gateway.get_authorizer();
    let call = call.api_id(api_id).authorizer_id(id);
    let Some(answer) = optional(call.send().await.named("GetAuthorizer"))? else {
        return Ok(None);
    };
    let kind = answer.authorizer_type.as_ref().map(AuthorizerType::as_str);
    let jwt = answer.jwt_configuration;
    Ok(Some(Live {
        id: id.to_owned(),
        properties: Properties {
            name: answer.name.unwrap_or_default(),
            authorizer_type: kind.unwrap_or_default().to_owned(),
            identity_source: answer.identity_source.unwrap_or_default(),
            jwt_configuration: Jwt {
                issuer: jwt.as_ref().and_then(|jwt| jwt.issuer.clone()),
                audience: jwt.and_then(|jwt| jwt.audience).unwrap_or_default(),
            },
        },
    }))
}

fn configuration(jwt: Jwt) -> JwtConfiguration {
    JwtConfiguration::builder()
        .set_issuer(jwt.issuer)
        .set_audience(Some(jwt.audience))
        .build()
}
