//! The authorizer: which access tokens the API accepts.
//!
//! In OAuth's terms it is the part of the resource server that validates tokens
//! (RFC 9068, section 4): it fetches the issuer's public keys, checks the
//! signature, `iss`, `exp` and for whom the token was issued, and only then lets
//! the route look at the scopes. Without it, anybody could call the function.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::create_authorizer::builders::CreateAuthorizerFluentBuilder;
use aws_sdk_apigatewayv2::operation::get_authorizer::GetAuthorizerOutput;
use aws_sdk_apigatewayv2::operation::update_authorizer::builders::UpdateAuthorizerFluentBuilder;
use aws_sdk_apigatewayv2::types::{AuthorizerType, JwtConfiguration};
use serde_json::Value;

use crate::api::ApiRef;
use crate::compare::property::{Property, object};
use crate::config::names::AUTHORIZER;
use crate::resource::prelude::*;
use crate::route;
use crate::user_pool::UserPoolRef;

/// The authorizer of this API for this pool's tokens.
pub(crate) struct Authorizer {
    api: ApiRef,
    pool: UserPoolRef,
    client_id: String,
}

impl Authorizer {
    fn create_call(&self, run: &Run) -> CreateAuthorizerFluentBuilder {
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

impl Property for JwtConfiguration {
    fn to_json(&self) -> Value {
        object!(self; issuer, audience)
    }
}

properties!(CreateAuthorizerFluentBuilder, GetAuthorizerOutput, UpdateAuthorizerFluentBuilder:
    name, authorizer_type, identity_source, jwt_configuration);

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
    type Live = GetAuthorizerOutput;

    fn new((api, pool, client_id): Self::Needs) -> Authorizer {
        Authorizer {
            api,
            pool,
            client_id,
        }
    }

    fn title(_: &Run) -> String {
        format!("Authorizer '{AUTHORIZER}'")
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Authorizer created with ID: '{id}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        Some(Key::within(state.api_id?, state.api_authorizer_id?))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.api_gateway.get_authorizer();
        let answer = call.api_id(&key.parent).authorizer_id(&key.id).send().await;
        Ok(optional(answer.named("GetAuthorizer"))?)
    }

    /// The API is ours, and so is the authorizer of this name in it.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let mut authorizers = find::pages(async |token| {
            let call = run
                .aws
                .api_gateway
                .get_authorizers()
                .api_id(&self.api.id)
                .set_next_token(token);
            let answer = call.send().await.named("GetAuthorizers")?;
            Ok((answer.items, answer.next_token))
        })
        .await?;
        authorizers.retain(|one| one.name() == Some(AUTHORIZER));
        let ids = authorizers.into_iter().filter_map(|one| one.authorizer_id);
        Ok(ids.map(|id| Key::within(&self.api.id, id)).collect())
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateAuthorizer")?.authorizer_id;
        required("CreateAuthorizer", "AuthorizerId", id)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("GetAuthorizer", "AuthorizerId", live.authorizer_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        compare(live, &self.create_call(run))
    }

    async fn update(&self, run: &Run, live: &Self::Live, _: &[Difference]) -> CallResult {
        let gateway = &run.aws.api_gateway;
        let call = gateway
            .update_authorizer()
            .api_id(&self.api.id)
            .set_authorizer_id(live.authorizer_id.clone());
        let call = overwrite(call, &self.create_call(run));
        call.send().await.named("UpdateAuthorizer").map(drop)
    }

    fn record(&self, _: &Run, id: &String, state: &mut State) {
        state.api_authorizer_id = Some(id.clone());
    }

    /// A route that a person has added may refer to it.
    async fn is_used(run: &Run, key: &Key) -> Result<bool> {
        let routes = route::list(run, &key.parent).await?;
        Ok(routes
            .iter()
            .any(|route| route.authorizer_id() == Some(&*key.id)))
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run
            .aws
            .api_gateway
            .delete_authorizer()
            .api_id(&key.parent)
            .authorizer_id(&key.id);
        call.send().await.named("DeleteAuthorizer").map(drop)
    }
}
