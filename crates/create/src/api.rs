//! The HTTP API: the gateway in front of the function.
//!
//! In OAuth's terms it is the resource server (RFC 6749, section 1.1): it takes
//! requests with access tokens, and refuses those without a good one before any
//! code of ours runs. Without it, the function would have to check every token
//! itself, and a mistake there would let everybody in. Deleting it deletes its
//! stage, route, integration and authorizer.

use std::collections::BTreeSet;

use aws_sdk_apigatewayv2::operation::create_api::builders::CreateApiFluentBuilder;
use aws_sdk_apigatewayv2::types::{Cors, ProtocolType};

use crate::config::names::{ALLOWED_ORIGINS, ROUTES, texts};
use crate::resource::prelude::*;

/// The HTTP API.
pub(crate) struct Api;

/// An existing API.
#[derive(Clone, Debug)]
pub(crate) struct ApiRef {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// Its URL, without the stage.
    pub endpoint: String,
}

impl Reference for ApiRef {
    fn unknown() -> ApiRef {
        ApiRef {
            id: String::unknown(),
            endpoint: String::unknown(),
        }
    }
}

impl Api {
    pub(crate) fn create_call(&self, run: &Run) -> CreateApiFluentBuilder {
        run.aws
            .api_gateway
            .create_api()
            .name(&run.config.names.api)
            // An HTTP API validates JWTs itself; a REST API has its own Cognito
            // authorizer and costs three times as much a request.
            .protocol_type(ProtocolType::Http)
            .set_cors_configuration(cors())
            // Names are not unique: the tag says that it is ours.
            .set_tags(Some(run.tags()))
    }
}

impl Resource for Api {
    const NAME: &'static str = "API";
    const CREATE: Operation = Operation::new(
        "CreateApi",
        "Makes the HTTP API: the gateway that checks tokens before anything of ours runs.",
        &["apiId", "apiEndpoint"],
    );
    const IMMUTABLE: &'static [&'static str] = &["ProtocolType"];
    const PART_OF_API: bool = true;
    type Needs = ();
    type Ref = ApiRef;

    fn new((): ()) -> Api {
        Api
    }

    fn title(&self, run: &Run) -> String {
        format!("HTTP API '{}'", run.config.names.api)
    }

    fn line(&self, run: &Run, api: &ApiRef, change: &Change) -> String {
        let (name, id) = (&run.config.names.api, &api.id);
        format!("API Gateway '{name}' HTTP API created with ID: '{id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<ApiRef> {
        let answer = self.create_call(run).send().await.named("CreateApi")?;
        Ok(ApiRef {
            id: required("CreateApi", "ApiId", answer.api_id)?,
            endpoint: required("CreateApi", "ApiEndpoint", answer.api_endpoint)?,
        })
    }
}

/// What a browser lets the scripts of other pages do with the API; `None`: nothing. The
/// gateway answers the browser's question (the preflight) itself, without a token.
fn cors() -> Option<Cors> {
    if ALLOWED_ORIGINS.is_empty() {
        return None;
    }
    let in_routes = ROUTES.iter().map(|row| match row.method {
        "ANY" => "*".to_owned(),
        method => method.to_owned(),
    });
    let methods: BTreeSet<String> = in_routes.collect();
    let cors = Cors::builder()
        .set_allow_origins(Some(texts(ALLOWED_ORIGINS)))
        .set_allow_methods(Some(methods.into_iter().collect()))
        // The access token, and the type of a body.
        .set_allow_headers(Some(texts(&["authorization", "content-type"])))
        // Why a token was refused (RFC 6750, section 3).
        .set_expose_headers(Some(texts(&["www-authenticate"])))
        // Cookies: there are none. The token is no cookie, so no other page can send it.
        .allow_credentials(false)
        // For how many seconds the browser need not ask again.
        .max_age(300);
    Some(cors.build())
}
