//! The app client: the terminal application, as OAuth 2.0 knows it.

use api_aws::{CallError, Named};
use api_core::Result;
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, OAuthFlowType, PreventUserExistenceErrorTypes, TimeUnitsType,
    TokenValidityUnitsType,
};

use crate::names::{APP_CLIENT, APP_CLIENT_SCOPES, CALLBACK_URL};
use crate::report::Step;
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// An app client that is there.
#[derive(Debug)]
pub struct AppClient {
    /// `client_id` of OAuth 2.0 (RFC 6749, section 2.2).
    pub client_id: String,
    /// `iss` of the tokens that it gets.
    pub issuer: String,
}

/// Creates the public app client (CreateUserPoolClient). It needs the resource
/// server, whose scopes it names.
pub async fn create(stack: &Stack, pool: &UserPool) -> Result<AppClient> {
    let recorded = stack.state.get().terminal_app_client_id;
    let find = || find_ours(stack, pool, recorded.as_deref());
    let made = stack
        .once("app client", recorded.is_some(), find, || call(stack, pool))
        .await?;
    let client_id = made.value.clone();
    stack
        .state
        .update(|state| state.terminal_app_client_id = Some(client_id.clone()))?;
    let line = format!("Terminal app Client created with client id: '{client_id}'");
    stack.line(Step::AppClient, made.line(line));
    let issuer = stack
        .state
        .get()
        .user_pool_jwt_issuer_url
        .unwrap_or_default();
    Ok(AppClient { client_id, issuer })
}

/// The pool is ours, and so is the client of this name in it.
async fn find_ours(
    stack: &Stack,
    pool: &UserPool,
    recorded: Option<&str>,
) -> Result<Option<String>> {
    let clients = stack
        .aws
        .cognito
        .list_user_pool_clients()
        .user_pool_id(&pool.id)
        .max_results(60);
    let answer = clients.send().await.named("ListUserPoolClients")?;
    let mut clients = answer.user_pool_clients.unwrap_or_default().into_iter();
    let found = clients.find(|client| match recorded {
        Some(id) => client.client_id() == Some(id),
        None => client.client_name() == Some(APP_CLIENT),
    });
    Ok(found.and_then(|client| client.client_id))
}

async fn call(stack: &Stack, pool: &UserPool) -> Result<String, CallError> {
    let answer = stack
        .aws
        .cognito
        .create_user_pool_client()
        .user_pool_id(&pool.id)
        .client_name(APP_CLIENT)
        // A program on a person's machine cannot keep a secret (RFC 8252, section 8.5).
        .generate_secret(false)
        .allowed_o_auth_flows_user_pool_client(true)
        .allowed_o_auth_flows(OAuthFlowType::Code)
        .set_allowed_o_auth_scopes(Some(APP_CLIENT_SCOPES.map(str::to_owned).to_vec()))
        .callback_urls(CALLBACK_URL)
        .supported_identity_providers("COGNITO")
        // No flow in which the client sees the password (RFC 9700, section 2.4).
        .explicit_auth_flows(ExplicitAuthFlowsType::AllowRefreshTokenAuth)
        .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
        .enable_token_revocation(true)
        .access_token_validity(1)
        .id_token_validity(1)
        .refresh_token_validity(1)
        .token_validity_units(validity_units())
        .send()
        .await
        .named("CreateUserPoolClient")?;
    Ok(answer
        .user_pool_client
        .and_then(|client| client.client_id)
        .unwrap_or_default())
}

/// Access and id token live an hour, the refresh token a day.
fn validity_units() -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(TimeUnitsType::Hours)
        .id_token(TimeUnitsType::Hours)
        .refresh_token(TimeUnitsType::Days)
        .build()
}
