//! The authorizer: which access tokens the API accepts.
//!
//! In OAuth's terms it is the part of the resource server that validates tokens
//! (RFC 9068, section 4): it fetches the issuer's public keys, checks the
//! signature, `iss`, `exp` and for whom the token was issued, and only then lets
//! the route look at the scopes. Without it, anybody could call the function.

use aws_sdk_apigatewayv2::operation::create_authorizer::builders::CreateAuthorizerFluentBuilder;
use aws_sdk_apigatewayv2::types::{AuthorizerType, JwtConfiguration};

use crate::api::ApiRef;
use crate::config::names::AUTHORIZER;
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The authorizer of this API for this pool's tokens.
pub(crate) struct Authorizer {
    pub api: ApiRef,
    pub pool: UserPoolRef,
    pub client_id: String,
}

impl Authorizer {
    pub(crate) fn create_call(&self, run: &Run) -> CreateAuthorizerFluentBuilder {
        let tokens = JwtConfiguration::builder()
            // Compared with `iss`; the keys are found through its discovery document.
            .issuer(&self.pool.issuer)
            // Compared with `aud`. Cognito's access tokens have none; then
            // `client_id` is compared, that is: to whom the token was issued.
            .audience(&self.client_id)
            .build();
        run.aws
            .api_gateway
            .create_authorizer()
            .api_id(&self.api.id)
            .name(AUTHORIZER)
            // Checked by API Gateway itself; the other type calls a function.
            .authorizer_type(AuthorizerType::Jwt)
            // Where the token is: the Bearer token of RFC 6750, section 2.1.
            .identity_source("$request.header.Authorization")
            .jwt_configuration(tokens)
    }
}

impl Resource for Authorizer {
    const NAME: &'static str = "authorizer";
    /// AWS reads the issuer's discovery document at once, and a new pool takes a
    /// while to serve it: until then, it refuses.
    const CREATE: Operation = Operation::new(
        "CreateAuthorizer",
        "Tells the API whose tokens to trust: this issuer's, issued to this client.",
        &["authorizerId"],
    );
    const PART_OF_API: bool = true;
    type Needs = (ApiRef, UserPoolRef, String);
    type Ref = String;

    fn new((api, pool, client_id): Self::Needs) -> Authorizer {
        Authorizer {
            api,
            pool,
            client_id,
        }
    }

    fn title(&self, _: &Run) -> String {
        format!("Authorizer '{AUTHORIZER}'")
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Authorizer created with ID: '{id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateAuthorizer")?.authorizer_id;
        required("CreateAuthorizer", "AuthorizerId", id)
    }
}
