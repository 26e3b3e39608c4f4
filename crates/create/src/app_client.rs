//! The app client: the terminal application, as a client of OAuth 2.0.

use std::collections::BTreeSet;

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_cognitoidentityprovider::types::{TokenValidityUnitsType, UserPoolClientType};
use common::{Result, State};
use serde::Serialize;

use crate::config::names::{APP_CLIENT, APP_CLIENT_SCOPES, CALLBACK_URL};
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;
use crate::user_pool::UserPool;

/// An existing app client.
#[derive(Clone, Debug)]
pub(crate) struct AppClient {
    /// `client_id` of OAuth 2.0 (RFC 6749, section 2.2).
    pub client_id: String,
}

/// The app client as AWS describes it.
pub(crate) type Live = resource::Live<AppClient, Properties>;

/// The properties that we set on an app client; list order does not matter.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    client_name: String,
    #[serde(rename = "AllowedOAuthFlowsUserPoolClient")]
    allowed_oauth_flows_user_pool_client: bool,
    #[serde(rename = "AllowedOAuthFlows")]
    allowed_oauth_flows: BTreeSet<String>,
    #[serde(rename = "AllowedOAuthScopes")]
    allowed_oauth_scopes: BTreeSet<String>,
    #[serde(rename = "CallbackURLs")]
    callback_urls: BTreeSet<String>,
    supported_identity_providers: BTreeSet<String>,
    explicit_auth_flows: BTreeSet<String>,
    prevent_user_existence_errors: String,
    enable_token_revocation: bool,
    access_token_validity: i32,
    id_token_validity: i32,
    refresh_token_validity: i32,
    token_validity_units: Units,
}

#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Units {
    access_token: String,
    id_token: String,
    refresh_token: String,
}

/// The desired app client.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The pool that it is in.
    pub pool: &'a UserPool,
}

/// Sets every property on a call that creates or updates: an update resets
/// the properties that it is not given.
macro_rules! set {
    ($call:expr, $desired:expr) => {{
        let desired: Properties = $desired;
        let list = |values: BTreeSet<String>| Some(values.into_iter().collect::<Vec<_>>());
        $call
            .client_name(desired.client_name)
            .allowed_o_auth_flows_user_pool_client(desired.allowed_oauth_flows_user_pool_client)
            .set_allowed_o_auth_flows(enums(desired.allowed_oauth_flows))
            .set_allowed_o_auth_scopes(list(desired.allowed_oauth_scopes))
            .set_callback_urls(list(desired.callback_urls))
            .set_supported_identity_providers(list(desired.supported_identity_providers))
            .set_explicit_auth_flows(enums(desired.explicit_auth_flows))
            .prevent_user_existence_errors(desired.prevent_user_existence_errors.as_str().into())
            .enable_token_revocation(desired.enable_token_revocation)
            .access_token_validity(desired.access_token_validity)
            .id_token_validity(desired.id_token_validity)
            .refresh_token_validity(desired.refresh_token_validity)
            .token_validity_units(units(&desired.token_validity_units))
    }};
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "app client";
    const CREATE: &'static str = "CreateUserPoolClient";
    type Id = AppClient;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            client_name: APP_CLIENT.to_owned(),
            allowed_oauth_flows_user_pool_client: true,
            allowed_oauth_flows: set(["code"]),
            allowed_oauth_scopes: set(APP_CLIENT_SCOPES),
            callback_urls: set([CALLBACK_URL]),
            supported_identity_providers: set(["COGNITO"]),
            // No flow in which the client sees the password (RFC 9700, section 2.4).
            explicit_auth_flows: set(["ALLOW_REFRESH_TOKEN_AUTH"]),
            prevent_user_existence_errors: "ENABLED".to_owned(),
            enable_token_revocation: true,
            // Access and ID tokens last an hour, refresh tokens a day.
            access_token_validity: 1,
            id_token_validity: 1,
            refresh_token_validity: 1,
            token_validity_units: Units {
                access_token: "hours".to_owned(),
                id_token: "hours".to_owned(),
                refresh_token: "days".to_owned(),
            },
        }
    }

    /// The pool is ours, and so is the client of this name in it.
    async fn find(&self) -> Result<Option<Live>> {
        let clients = list(self.stack, self.pool).await?;
        match clients.first() {
            Some(client_id) => describe(self.stack, &self.pool.id, client_id).await,
            None => Ok(None),
        }
    }

    async fn create(&self) -> Result<AppClient, CallError> {
        let call = self
            .stack
            .aws
            .cognito
            .create_user_pool_client()
            .user_pool_id(&self.pool.id)
            // A program on a user's machine cannot keep a secret (RFC 8252, section 8.5).
            .generate_secret(false);
        let answer = set!(call, self.desired()).send().await;
        let client = answer.named("CreateUserPoolClient")?.user_pool_client;
        Ok(AppClient {
            client_id: client.and_then(|it| it.client_id).unwrap_or_default(),
        })
    }

    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        let cognito = &self.stack.aws.cognito;
        let client_id = &live.id.client_id;
        let now = cognito
            .describe_user_pool_client()
            .user_pool_id(&self.pool.id)
            .client_id(client_id);
        let now = now.send().await.named("DescribeUserPoolClient")?;
        // What others have set by hand is passed along unchanged.
        let mut call = cognito.update_user_pool_client();
        if let Some(now) = now.user_pool_client {
            call = call
                .set_analytics_configuration(now.analytics_configuration)
                .set_auth_session_validity(now.auth_session_validity)
                .set_default_redirect_uri(now.default_redirect_uri)
                .set_enable_propagate_additional_user_context_data(
                    now.enable_propagate_additional_user_context_data,
                )
                .set_logout_urls(now.logout_urls)
                .set_read_attributes(now.read_attributes)
                .set_refresh_token_rotation(now.refresh_token_rotation)
                .set_write_attributes(now.write_attributes);
        }
        let call = call.user_pool_id(&self.pool.id).client_id(client_id);
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateUserPoolClient")?;
        Ok(())
    }

    fn record(&self, client: &AppClient, state: &mut State) {
        state.terminal_app_client_id = Some(client.client_id.clone());
    }
}

/// Creates or updates the public app client, as needed. The resource server
/// must exist, because the client names its scopes.
pub(crate) async fn ensure(
    stack: &Stack,
    live: Option<Live>,
    pool: &UserPool,
) -> Result<AppClient> {
    let ensured = stack.ensure(&Desired { stack, pool }, live).await?;
    let (id, suffix) = (&ensured.id.client_id, ensured.change.suffix());
    stack.line(
        OutputLine::AppClient,
        format!("Terminal app Client created with client id: '{id}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the app client recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    match (state.user_pool_id, state.terminal_app_client_id) {
        (Some(pool_id), Some(client_id)) => describe(stack, &pool_id, &client_id).await,
        _ => Ok(None),
    }
}

/// The ids of the clients with our name (ListUserPoolClients).
pub(crate) async fn list(stack: &Stack, pool: &UserPool) -> Result<Vec<String>> {
    let mut pages = stack
        .aws
        .cognito
        .list_user_pool_clients()
        .user_pool_id(&pool.id)
        .max_results(60)
        .into_paginator()
        .send();
    let mut found = Vec::new();
    while let Some(page) = pages.next().await {
        let clients = page.named("ListUserPoolClients")?.user_pool_clients;
        let clients = clients.unwrap_or_default().into_iter();
        let ours = clients.filter(|client| client.client_name() == Some(APP_CLIENT));
        found.extend(ours.filter_map(|client| client.client_id));
    }
    Ok(found)
}

async fn describe(stack: &Stack, pool_id: &str, client_id: &str) -> Result<Option<Live>> {
    let call = stack
        .aws
        .cognito
        .describe_user_pool_client()
        .user_pool_id(pool_id)
        .client_id(client_id);
    let answer = optional(call.send().await.named("DescribeUserPoolClient"))?;
    Ok(answer
        .and_then(|it| it.user_pool_client)
        .map(|it| live(&it)))
}

fn live(client: &UserPoolClientType) -> Live {
    let units = client.token_validity_units().map(|units| Units {
        access_token: text(units.access_token().map(|unit| unit.as_str())),
        id_token: text(units.id_token().map(|unit| unit.as_str())),
        refresh_token: text(units.refresh_token().map(|unit| unit.as_str())),
    });
    let errors = client.prevent_user_existence_errors();
    let flows = client.allowed_o_auth_flows().iter();
    let auth_flows = client.explicit_auth_flows().iter();
    Live {
        id: AppClient {
            client_id: text(client.client_id()),
        },
        properties: Properties {
            client_name: text(client.client_name()),
            allowed_oauth_flows_user_pool_client: client
                .allowed_o_auth_flows_user_pool_client
                .unwrap_or_default(),
            allowed_oauth_flows: set(flows.map(|flow| flow.as_str())),
            allowed_oauth_scopes: set(client.allowed_o_auth_scopes()),
            callback_urls: set(client.callback_urls()),
            supported_identity_providers: set(client.supported_identity_providers()),
            explicit_auth_flows: set(auth_flows.map(|flow| flow.as_str())),
            prevent_user_existence_errors: text(errors.map(|errors| errors.as_str())),
            enable_token_revocation: client.enable_token_revocation.unwrap_or_default(),
            access_token_validity: client.access_token_validity.unwrap_or_default(),
            id_token_validity: client.id_token_validity.unwrap_or_default(),
            refresh_token_validity: client.refresh_token_validity,
            token_validity_units: units.unwrap_or_default(),
        },
    }
}

fn set<T: AsRef<str>>(values: impl IntoIterator<Item = T>) -> BTreeSet<String> {
    let values = values.into_iter();
    values.map(|value| value.as_ref().to_owned()).collect()
}

fn text(value: Option<&str>) -> String {
    value.unwrap_or_default().to_owned()
}

fn enums<T: for<'a> From<&'a str>>(values: BTreeSet<String>) -> Option<Vec<T>> {
    Some(values.iter().map(|value| value.as_str().into()).collect())
}

fn units(units: &Units) -> TokenValidityUnitsType {
    TokenValidityUnitsType::builder()
        .access_token(units.access_token.as_str().into())
        .id_token(units.id_token.as_str().into())
        .refresh_token(units.refresh_token.as_str().into())
        .build()
}
