//! How the resource server is found, compared and changed.

use aws_sdk_cognitoidentityprovider::operation::create_resource_server::builders::CreateResourceServerFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_resource_server::builders::UpdateResourceServerFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{ResourceServerScopeType, ResourceServerType};
use serde_json::Value;

use crate::compare::property::Property;
use crate::config::names::RESOURCE_SERVER;
use crate::live::LiveResource;
use crate::resource::prelude::*;
use crate::resource_server::ResourceServer;

/// For example `hello.read: Allows read access to the hello API`.
impl Property for ResourceServerScopeType {
    fn to_json(&self) -> Value {
        format!("{}: {}", self.scope_name, self.scope_description).into()
    }
}

properties!(CreateResourceServerFluentBuilder, ResourceServerType, UpdateResourceServerFluentBuilder:
    name, scopes);

impl LiveResource for ResourceServer {
    type Live = ResourceServerType;

    fn recorded(&self, state: State) -> Option<Key> {
        let identifier = state.user_pool_resource_server_id?;
        Some(Key::within(state.user_pool_id?, identifier))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.cognito.describe_resource_server();
        let answer = call.user_pool_id(&key.parent).identifier(&key.id).send();
        let found = optional(answer.await.named("DescribeResourceServer"))?;
        Ok(found.and_then(|answer| answer.resource_server))
    }

    async fn search(&self, _: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.pool.id, RESOURCE_SERVER)])
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        let identifier = live.identifier.clone();
        required("DescribeResourceServer", "Identifier", identifier)
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, _: &Self::Live) -> CallResult {
        let update = run.aws.cognito.update_resource_server();
        let call = overwrite(update, &self.create_call(run))
            .user_pool_id(&self.pool.id)
            .identifier(RESOURCE_SERVER);
        call.send().await.named("UpdateResourceServer").map(drop)
    }

    fn record(&self, _: &Run, identifier: &String, state: &mut State) {
        state.user_pool_resource_server_id = Some(identifier.clone());
    }
}
