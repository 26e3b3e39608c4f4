//! How the API is found, compared and changed.

use aws_client::find;
use aws_sdk_apigatewayv2::operation::get_api::GetApiOutput;
use aws_sdk_apigatewayv2::types::Cors;
use serde_json::Value;

use crate::api::{Api, ApiRef};
use crate::compare::property::{Property, object, overwrite};
use crate::config::names::{ALLOWED_ORIGINS, ROUTES, STAGE};
use crate::live::LiveResource;
use crate::resource::prelude::*;

impl Property for Cors {
    fn to_json(&self) -> Value {
        object!(self; allow_credentials, allow_headers, allow_methods, allow_origins, expose_headers, max_age)
    }
}

impl LiveResource for Api {
    type Live = GetApiOutput;

    fn recorded(&self, state: State) -> Option<Key> {
        state.api_id.map(Key::new)
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let answer = run.aws.api_gateway.get_api().api_id(&key.id).send().await;
        let api = optional(answer.named("GetApi"))?;
        if let Some(api) = &api {
            run.check_tag(&self.title(run), &key.id, api.tags.as_ref())?;
        }
        Ok(api)
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        let found = find::apis(&run.aws, &run.tag).await?;
        let ids = found.into_iter().filter_map(|api| api.api_id);
        Ok(ids.map(Key::new).collect())
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<ApiRef> {
        Ok(ApiRef {
            id: required("GetApi", "ApiId", live.api_id.clone())?,
            endpoint: required("GetApi", "ApiEndpoint", live.api_endpoint.clone())?,
        })
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let desired = self.create_call(run);
        let protocol = desired.get_protocol_type();
        let mut found = differences(&[
            ("Name", &live.name, desired.get_name()),
            ("ProtocolType", &live.protocol_type, protocol),
        ]);
        if !ALLOWED_ORIGINS.is_empty() || has_set_cors(run) {
            let mut shown = live.cors_configuration.clone();
            if let Some(cors) = &mut shown {
                // AWS may leave out what is off.
                cors.allow_credentials.get_or_insert(false);
            }
            let cors = desired.get_cors_configuration();
            found.extend(differences(&[("CorsConfiguration", &shown, cors)]));
        }
        found
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let update = run.aws.api_gateway.update_api();
        let call = overwrite!(update, self.create_call(run); name, cors_configuration);
        let answer = call.set_api_id(live.api_id.clone()).send().await;
        answer.named("UpdateApi")?;
        if ALLOWED_ORIGINS.is_empty() && has_set_cors(run) {
            // An update can replace it, but not take it away.
            let call = run.aws.api_gateway.delete_cors_configuration();
            let answer = call.set_api_id(live.api_id.clone()).send().await;
            optional(answer.named("DeleteCorsConfiguration"))?;
        }
        Ok(())
    }

    /// A configuration that we had set, and no longer set, is gone now.
    async fn finish(&self, run: &Run, _: &ApiRef, _: &Change) -> Result<()> {
        if ALLOWED_ORIGINS.is_empty() {
            run.save(|state| state.api_allowed_origins = None)?;
        }
        Ok(())
    }

    fn record(&self, _: &Run, api: &ApiRef, state: &mut State) {
        state.api_id = Some(api.id.clone());
        let path = ROUTES[0].path;
        state.api_url = Some(format!("{}/{STAGE}{path}", api.endpoint));
    }

    fn created_at(live: &Self::Live) -> Option<u64> {
        milliseconds(live.created_date)
    }

    async fn delete(run: &Run, key: &Key) -> CallResult {
        let call = run.aws.api_gateway.delete_api().api_id(&key.id);
        call.send().await.named("DeleteApi").map(drop)
    }
}

/// If not, a configuration that is there was set by hand, and stays while the table is
/// empty.
fn has_set_cors(run: &Run) -> bool {
    run.state.get().api_allowed_origins.is_some()
}
