//! How the app client is found, compared and changed.

use aws_sdk_cognitoidentityprovider::operation::create_user_pool_client::builders::CreateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool_client::builders::UpdateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    RefreshTokenRotationType, TokenValidityUnitsType, UserPoolClientType,
};
use serde_json::Value;

use crate::app_client::{AppClient, ROTATION, check_shown};
use crate::compare::property::{Property, keep, object};
use crate::config::names::{APP_CLIENT, LOGOUT_URLS};
use crate::live::LiveResource;
use crate::resource::prelude::*;

impl Property for RefreshTokenRotationType {
    fn to_json(&self) -> Value {
        object!(self; feature, retry_grace_period_seconds)
    }
}

impl Property for TokenValidityUnitsType {
    fn to_json(&self) -> Value {
        object!(self; access_token, id_token, refresh_token)
    }
}

properties!(CreateUserPoolClientFluentBuilder, UserPoolClientType, UpdateUserPoolClientFluentBuilder:
    client_name, allowed_o_auth_flows_user_pool_client, allowed_o_auth_flows,
    allowed_o_auth_scopes, callback_urls, supported_identity_providers, explicit_auth_flows,
    prevent_user_existence_errors, enable_token_revocation, access_token_validity,
    id_token_validity, refresh_token_validity, refresh_token_rotation, token_validity_units);

impl LiveResource for AppClient {
    type Live = UserPoolClientType;

    fn recorded(&self, state: State) -> Option<Key> {
        Some(Key::within(
            state.user_pool_id?,
            state.terminal_app_client_id?,
        ))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let call = run.aws.cognito.describe_user_pool_client();
        let answer = call.user_pool_id(&key.parent).client_id(&key.id).send();
        let found = optional(answer.await.named("DescribeUserPoolClient"))?;
        Ok(found.and_then(|answer| answer.user_pool_client))
    }

    /// The pool is ours, and so is the client of this name in it.
    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let call = run.aws.cognito.list_user_pool_clients().max_results(60);
        let pages = call.user_pool_id(&self.pool.id).into_paginator();
        let listed = pages.items().send().try_collect().await;
        let mut clients = listed.named("ListUserPoolClients")?;
        clients.retain(|client| client.client_name() == Some(APP_CLIENT));
        let ids = clients.into_iter().filter_map(|client| client.client_id);
        Ok(ids.map(|id| Key::within(&self.pool.id, id)).collect())
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("DescribeUserPoolClient", "ClientId", live.client_id.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let (desired, mut live) = (self.create_call(run), live.clone());
        if live.refresh_token_rotation.is_none() && run.is_not_shown(ROTATION) {
            live.refresh_token_rotation = desired.get_refresh_token_rotation().clone();
        }
        let mut found = compare(&live, &desired);
        let (set, allowed) = (&live.default_redirect_uri, allowed_default(&live, &desired));
        found.extend(differences(&[("DefaultRedirectURI", set, &allowed)]));
        if let Some(urls) = desired.get_logout_urls() {
            found.extend(differences(&[("LogoutURLs", &live.logout_urls, urls)]));
        }
        found
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let update = run.aws.cognito.update_user_pool_client();
        let call = updated(update, live, &self.create_call(run));
        let answer = call.send().await.named("UpdateUserPoolClient")?;
        check_shown(run, answer.user_pool_client.as_ref());
        Ok(())
    }

    fn record(&self, _: &Run, client_id: &String, state: &mut State) {
        state.terminal_app_client_id = Some(client_id.clone());
    }

    /// Addresses that we had set, and no longer set, are gone now.
    async fn finish(&self, run: &Run, _: &String, _: &Change) -> Result<()> {
        if LOGOUT_URLS.is_empty() {
            run.save(|state| state.terminal_app_logout_urls = None)?;
        }
        Ok(())
    }

    fn created_at(live: &Self::Live) -> Option<u64> {
        milliseconds(live.creation_date)
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.cognito.delete_user_pool_client();
        let answer = call.user_pool_id(&key.parent).client_id(&key.id).send();
        answer.await.named("DeleteUserPoolClient").map(drop)
    }
}

/// Begins with the live client, so that nothing set by hand is reset.
fn updated(
    call: UpdateUserPoolClientFluentBuilder,
    live: &UserPoolClientType,
    desired: &CreateUserPoolClientFluentBuilder,
) -> UpdateUserPoolClientFluentBuilder {
    let logout_urls = desired.get_logout_urls().as_ref();
    let kept = keep!(call, live;
        user_pool_id, client_id, analytics_configuration, auth_session_validity,
        enable_propagate_additional_user_context_data, read_attributes, write_attributes)
    .set_default_redirect_uri(allowed_default(live, desired))
    .set_logout_urls(logout_urls.or(live.logout_urls.as_ref()).cloned());
    overwrite(kept, desired)
}

/// The default that a person has set, unless it is no longer a callback address:
/// AWS would refuse it for ever.
fn allowed_default(
    live: &UserPoolClientType,
    desired: &CreateUserPoolClientFluentBuilder,
) -> Option<String> {
    let mut allowed = desired.get_callback_urls().iter().flatten();
    let default = live.default_redirect_uri.clone()?;
    allowed.any(|url| *url == default).then_some(default)
}

#[cfg(test)]
mod tests;
