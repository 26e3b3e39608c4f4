//! The resource server: the API as Cognito knows it, with its scopes.
//!
//! A scope says what a token is good for (RFC 6749, section 3.3). Cognito issues
//! a scope such as `HelloAPI/hello.read` only if a resource server defines it.
//! Without this, every token would open everything, or nothing.

use aws_sdk_cognitoidentityprovider::operation::create_resource_server::builders::CreateResourceServerFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_resource_server::builders::UpdateResourceServerFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{ResourceServerScopeType, ResourceServerType};
use serde_json::Value;

use crate::compare::property::Property;
use crate::config::names::{RESOURCE_SERVER, SCOPES};
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The resource server in this pool.
pub(crate) struct ResourceServer {
    pool: UserPoolRef,
}

impl ResourceServer {
    fn create_call(&self, run: &Run) -> CreateResourceServerFluentBuilder {
        run.aws
            .cognito
            .create_resource_server()
            .user_pool_id(&self.pool.id)
            // The full name of a scope begins with it: `HelloAPI/hello.read`.
            .identifier(RESOURCE_SERVER)
            .name(RESOURCE_SERVER)
            .set_scopes(Some(SCOPES.map(scope).into()))
    }
}

fn scope((name, description): (&str, &str)) -> ResourceServerScopeType {
    ResourceServerScopeType::builder()
        .scope_name(name)
        .scope_description(description)
        .build()
        .expect("its required values are set")
}

/// For example `hello.read: Allows read access to the hello API`.
impl Property for ResourceServerScopeType {
    fn to_json(&self) -> Value {
        format!("{}: {}", self.scope_name, self.scope_description).into()
    }
}

properties!(CreateResourceServerFluentBuilder, ResourceServerType, UpdateResourceServerFluentBuilder:
    name, scopes);

impl Resource for ResourceServer {
    const NAME: &'static str = "resource server";
    const CREATE: Operation = Operation::new(
        "CreateResourceServer",
        "Registers the API with Cognito and names its scopes: what a token can be good for.",
        &["ResourceServer.Identifier"],
    );
    type Needs = UserPoolRef;
    /// Its identifier.
    type Ref = String;
    type Live = ResourceServerType;

    fn new(pool: UserPoolRef) -> ResourceServer {
        ResourceServer { pool }
    }

    fn title(_: &Run) -> String {
        format!("Resource Server '{RESOURCE_SERVER}'")
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Resource Server created with ID: '{id}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        let identifier = state.user_pool_resource_server_id?;
        Some(Key::within(state.user_pool_id?, identifier))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run
            .aws
            .cognito
            .describe_resource_server()
            .user_pool_id(&key.parent)
            .identifier(&key.id);
        let answer = optional(call.send().await.named("DescribeResourceServer"))?;
        Ok(answer.and_then(|answer| answer.resource_server))
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.pool.id, RESOURCE_SERVER)])
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let server = answer.named("CreateResourceServer")?.resource_server;
        let id = server.and_then(|server| server.identifier);
        required("CreateResourceServer", "Identifier", id)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required(
            "DescribeResourceServer",
            "Identifier",
            live.identifier.clone(),
        )
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, _: &Self::Live, _: &[Difference]) -> CallResult {
        let call = run
            .aws
            .cognito
            .update_resource_server()
            .user_pool_id(&self.pool.id)
            .identifier(RESOURCE_SERVER);
        let call = overwrite(call, &self.create_call(run));
        call.send().await.named("UpdateResourceServer").map(drop)
    }

    fn record(&self, _: &Run, identifier: &String, state: &mut State) {
        state.user_pool_resource_server_id = Some(identifier.clone());
    }
}
