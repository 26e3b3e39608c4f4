//! The resource server: the API as Cognito knows it, with its scopes.

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_cognitoidentityprovider::types::{ResourceServerScopeType, ResourceServerType};
use common::{Result, State};
use serde::Serialize;

use crate::config::names::{RESOURCE_SERVER, SCOPES};
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;
use crate::user_pool::UserPool;

/// The resource server as AWS describes it; its id is its identifier.
pub(crate) type Live = resource::Live<String, Properties>;

/// The properties that we set on a resource server.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    name: String,
    /// For example `hello.read: Allows read access to the hello API`; sorted.
    scopes: Vec<String>,
}

/// The desired resource server.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The pool that it is in.
    pub pool: &'a UserPool,
}

/// Sets every property on a call that creates or updates.
macro_rules! set {
    ($call:expr, $desired:expr) => {
        $call
            .identifier(RESOURCE_SERVER)
            .name($desired.name)
            .set_scopes(Some(scopes()))
    };
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "resource server";
    const CREATE: &'static str = "CreateResourceServer";
    type Id = String;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        properties(RESOURCE_SERVER, SCOPES.into_iter())
    }

    async fn find(&self) -> Result<Option<Live>> {
        describe(self.stack, &self.pool.id).await
    }

    async fn create(&self) -> Result<String, CallError> {
        let call = self.stack.aws.cognito.create_resource_server();
        let call = call.user_pool_id(&self.pool.id);
        let answer = set!(call, self.desired()).send().await;
        let server = answer.named("CreateResourceServer")?.resource_server;
        Ok(server.and_then(|it| it.identifier).unwrap_or_default())
    }

    async fn update(&self, _: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.cognito.update_resource_server();
        let call = call.user_pool_id(&self.pool.id);
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateResourceServer")?;
        Ok(())
    }

    fn record(&self, identifier: &String, state: &mut State) {
        state.user_pool_resource_server_id = Some(identifier.clone());
    }
}

/// Creates or updates the resource server in the pool, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, pool: &UserPool) -> Result<()> {
    let ensured = stack.ensure(&Desired { stack, pool }, live).await?;
    let (id, suffix) = (&ensured.id, ensured.change.suffix());
    stack.line(
        OutputLine::ResourceServer,
        format!("Resource Server created with ID: '{id}'{suffix}"),
    );
    Ok(())
}

/// Reads the resource server of the pool recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    match (state.user_pool_id, state.user_pool_resource_server_id) {
        (Some(pool_id), Some(_)) => describe(stack, &pool_id).await,
        _ => Ok(None),
    }
}

async fn describe(stack: &Stack, pool_id: &str) -> Result<Option<Live>> {
    let cognito = &stack.aws.cognito;
    let call = cognito
        .describe_resource_server()
        .user_pool_id(pool_id)
        .identifier(RESOURCE_SERVER);
    let answer = optional(call.send().await.named("DescribeResourceServer"))?;
    Ok(answer.and_then(|it| it.resource_server).map(|it| live(&it)))
}

fn live(server: &ResourceServerType) -> Live {
    let scopes = server.scopes().iter();
    let scopes = scopes.map(|scope| (scope.scope_name(), scope.scope_description()));
    Live {
        id: server.identifier().unwrap_or_default().to_owned(),
        properties: properties(server.name().unwrap_or_default(), scopes),
    }
}

fn properties<'a>(name: &str, scopes: impl Iterator<Item = (&'a str, &'a str)>) -> Properties {
    let mut scopes: Vec<String> = scopes
        .map(|(name, description)| format!("{name}: {description}"))
        .collect();
    scopes.sort();
    Properties {
        name: name.to_owned(),
        scopes,
    }
}

fn scopes() -> Vec<ResourceServerScopeType> {
    let scopes = SCOPES.iter().filter_map(|(name, description)| {
        ResourceServerScopeType::builder()
            .scope_name(*name)
            .scope_description(*description)
            .build()
            .ok()
    });
    scopes.collect()
}
