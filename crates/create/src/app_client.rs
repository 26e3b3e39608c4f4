//! The app client: `tokens`, as a client of OAuth 2.0 (RFC 6749, section 2).
//!
//! A server issues tokens only to clients that it knows, sends the browser back
//! only to addresses that a client has registered, and grants only the scopes
//! that it may ask for. Without these limits, any program could have a person's
//! tokens sent to itself.

use aws_sdk_cognitoidentityprovider::operation::create_user_pool_client::builders::CreateUserPoolClientFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{
    ExplicitAuthFlowsType, FeatureType, OAuthFlowType, PreventUserExistenceErrorTypes,
    RefreshTokenRotationType, TimeUnitsType, TokenValidityUnitsType, UserPoolClientType,
};

use crate::config::names::{APP_CLIENT, APP_CLIENT_SCOPES, CALLBACK_URLS, LOGOUT_URLS, texts};
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The property that an emulator may not know.
pub(crate) const ROTATION: &str = "RefreshTokenRotation";

/// The app client of this pool.
pub(crate) struct AppClient {
    pub pool: UserPoolRef,
}

impl AppClient {
    pub(crate) fn create_call(&self, run: &Run) -> CreateUserPoolClientFluentBuilder {
        run.aws
            .cognito
            .create_user_pool_client()
            .user_pool_id(&self.pool.id)
            .client_name(APP_CLIENT)
            // A program on a person's machine cannot keep a secret: it is a
            // public client (RFC 8252, section 8.5). PKCE protects the code.
            .generate_secret(false)
            // The authorization code flow, and no other (RFC 9700, section 2.1).
            .allowed_o_auth_flows_user_pool_client(true)
            .allowed_o_auth_flows(OAuthFlowType::Code)
            .set_allowed_o_auth_scopes(Some(texts(APP_CLIENT_SCOPES)))
            // Compared character by character with the request's `redirect_uri`.
            .set_callback_urls(Some(texts(CALLBACK_URLS)))
            .set_logout_urls(logout_urls(run))
            // The pool's own users; others sign in with Google, SAML and so on.
            .supported_identity_providers("COGNITO")
            // Cognito's own API has flows in which the client sees the password
            // (RFC 9700, section 2.4): none of them. It needs one entry, as an
            // empty list stands for several; this one does nothing in a pool
            // without Lambda triggers. Rotation rules ALLOW_REFRESH_TOKEN_AUTH out.
            .explicit_auth_flows(ExplicitAuthFlowsType::AllowCustomAuth)
            // A public client's refresh tokens must be rotated (RFC 9700, section
            // 2.2.2): each works once, so a stolen one is noticed. The old one
            // works for 10 s more, for an answer that was lost on its way.
            .refresh_token_rotation(
                RefreshTokenRotationType::builder()
                    .feature(FeatureType::Enabled)
                    .retry_grace_period_seconds(10)
                    .build()
                    .expect("its required value is set"),
            )
            // An unknown name and a wrong password look alike, so nobody can
            // find out who has an account.
            .prevent_user_existence_errors(PreventUserExistenceErrorTypes::Enabled)
            // A logout can end the refresh token (RFC 7009).
            .enable_token_revocation(true)
            // An access token works for whoever has it, so it is short-lived; the
            // refresh token saves the person a sign-in for a day.
            .access_token_validity(1)
            .id_token_validity(1)
            .refresh_token_validity(1)
            .token_validity_units(
                TokenValidityUnitsType::builder()
                    .access_token(TimeUnitsType::Hours)
                    .id_token(TimeUnitsType::Hours)
                    .refresh_token(TimeUnitsType::Days)
                    .build(),
            )
    }
}

impl Resource for AppClient {
    const NAME: &'static str = "app client";
    const CREATE: Operation = Operation::new(
        "CreateUserPoolClient",
        "Registers the terminal program as a public OAuth 2.0 client: no secret, the code flow only, fixed redirect addresses.",
        &["UserPoolClient.ClientId"],
    );
    /// The resource server must exist: the client names its scopes.
    type Needs = (UserPoolRef, String);
    /// `client_id` of OAuth 2.0 (RFC 6749, section 2.2).
    type Ref = String;

    fn new((pool, _): Self::Needs) -> AppClient {
        AppClient { pool }
    }

    fn title(&self, _: &Run) -> String {
        format!("App Client '{APP_CLIENT}'")
    }

    fn line(&self, _: &Run, client_id: &String, change: &Change) -> String {
        format!("Terminal app Client created with client id: '{client_id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let client = answer.named("CreateUserPoolClient")?.user_pool_client;
        check_shown(run, client.as_ref());
        let id = client.and_then(|client| client.client_id);
        required("CreateUserPoolClient", "ClientId", id)
    }
}

/// `None` while we have set none: then what somebody has set by hand stays.
fn logout_urls(run: &Run) -> Option<Vec<String>> {
    let set_before = run.state.get().terminal_app_logout_urls.is_some();
    (set_before || !LOGOUT_URLS.is_empty()).then(|| texts(LOGOUT_URLS))
}

/// An emulator may take rotation and not answer with it.
pub(crate) fn check_shown(run: &Run, client: Option<&UserPoolClientType>) {
    if client.is_some_and(|client| client.refresh_token_rotation.is_none()) {
        run.note_not_shown(ROTATION);
    }
}
