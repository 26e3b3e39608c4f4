//! The resource server: the API as Cognito knows it, with its scopes.
//!
//! A scope says what a token is good for (RFC 6749, section 3.3). Cognito issues
//! a scope such as `HelloAPI/hello.read` only if a resource server defines it.
//! Without this, every token would open everything, or nothing.

use aws_sdk_cognitoidentityprovider::operation::create_resource_server::builders::CreateResourceServerFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::ResourceServerScopeType;

use crate::config::names::{RESOURCE_SERVER, SCOPES};
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The resource server in this pool.
pub(crate) struct ResourceServer {
    pub pool: UserPoolRef,
}

impl ResourceServer {
    pub(crate) fn create_call(&self, run: &Run) -> CreateResourceServerFluentBuilder {
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

    fn new(pool: UserPoolRef) -> ResourceServer {
        ResourceServer { pool }
    }

    fn title(&self, _: &Run) -> String {
        format!("Resource Server '{RESOURCE_SERVER}'")
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Resource Server created with ID: '{id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let server = answer.named("CreateResourceServer")?.resource_server;
        let id = server.and_then(|server| server.identifier);
        required("CreateResourceServer", "Identifier", id)
    }
}
