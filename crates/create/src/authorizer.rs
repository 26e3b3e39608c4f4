//! The authorizer: which tokens the API lets in.

use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_apigatewayv2::types::{AuthorizerType, JwtConfiguration};

use crate::api::Api;
use crate::app_client::AppClient;
use crate::names::AUTHORIZER;
use crate::report::Step;
use crate::stack::Stack;

/// Creates the JWT authorizer (CreateAuthorizer). AWS reads the issuer's
/// discovery document at once, which takes a new pool a while to serve.
pub async fn create(stack: &Stack, api: &Api, client: &AppClient) -> Result<String> {
    let recorded = stack.state.get().api_authorizer_id;
    let find = || find_ours(stack, api);
    let made = stack
        .once("authorizer", recorded.is_some(), find, || {
            call(stack, api, client)
        })
        .await?;
    let id = made.value.clone();
    stack
        .state
        .update(|state| state.api_authorizer_id = Some(id.clone()))?;
    stack.line(
        Step::Authorizer,
        made.line(format!("Authorizer created with ID: '{id}'")),
    );
    Ok(id)
}

/// The API is ours, and so is the authorizer of this name in it.
async fn find_ours(stack: &Stack, api: &Api) -> Result<Option<String>> {
    let answer = stack
        .aws
        .api_gateway
        .get_authorizers()
        .api_id(&api.id)
        .send()
        .await;
    let mut found = answer
        .named("GetAuthorizers")?
        .items
        .unwrap_or_default()
        .into_iter();
    let found = found.find(|authorizer| authorizer.name() == Some(AUTHORIZER));
    Ok(found.and_then(|authorizer| authorizer.authorizer_id))
}

async fn call(stack: &Stack, api: &Api, client: &AppClient) -> Result<String, CallError> {
    let jwt = JwtConfiguration::builder()
        .issuer(&client.issuer)
        .audience(&client.client_id)
        .build();
    let answer = stack
        .aws
        .api_gateway
        .create_authorizer()
        .api_id(&api.id)
        .name(AUTHORIZER)
        .authorizer_type(AuthorizerType::Jwt)
        .identity_source("$request.header.Authorization")
        .jwt_configuration(jwt)
        .send()
        .await
        .named("CreateAuthorizer")?;
    Ok(answer.authorizer_id.unwrap_or_default())
}
