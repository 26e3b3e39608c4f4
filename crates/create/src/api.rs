//! The HTTP API.

use std::collections::HashMap;

use aws_client::error::optional;
use aws_client::find;
use aws_client::{CallError, Named};
use aws_sdk_apigatewayv2::operation::get_api::GetApiOutput;
use aws_sdk_apigatewayv2::types::ProtocolType;
use common::{Result, State};
use serde::Serialize;

use crate::config::names::{ROUTE_PATH, STAGE};
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// An existing API.
#[derive(Clone, Debug)]
pub(crate) struct Api {
    /// For example `aoe1ba4ed6`.
    pub id: String,
    /// `ApiEndpoint` in AWS's response: the URL, without the stage.
    pub endpoint: String,
}

/// The API as AWS describes it.
pub(crate) type Live = resource::Live<Api, Properties>;

/// The properties that we set on an API.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    name: String,
    protocol_type: String,
    tags: HashMap<String, String>,
}

/// The desired API.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "API";
    const CREATE: &'static str = "CreateApi";
    const IMMUTABLE: &'static [&'static str] = &["ProtocolType"];
    type Id = Api;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            name: self.stack.config.names.api.clone(),
            protocol_type: ProtocolType::Http.as_str().to_owned(),
            tags: HashMap::from([self.stack.tag.pair()]),
        }
    }

    /// API names are not unique, so the tag decides.
    async fn find(&self) -> Result<Option<Live>> {
        let found = find::apis(&self.stack.aws, &self.stack.tag).await?;
        match found.first().and_then(|api| api.api_id()) {
            Some(id) => get(self.stack, id).await,
            None => Ok(None),
        }
    }

    async fn create(&self) -> Result<Api, CallError> {
        let desired = self.desired();
        let answer = self
            .stack
            .aws
            .api_gateway
            .create_api()
            .name(desired.name)
            .protocol_type(desired.protocol_type.as_str().into())
            .set_tags(Some(desired.tags))
            .send()
            .await
            .named("CreateApi")?;
        Ok(api(answer.api_id, answer.api_endpoint))
    }

    async fn update(&self, live: &Live, differences: &[Difference]) -> Result<(), CallError> {
        let (desired, gateway) = (self.desired(), &self.stack.aws.api_gateway);
        let _one_at_a_time = self.stack.api_change.lock().await;
        if differences.iter().any(|it| it.property == "Name") {
            let call = gateway.update_api().api_id(&live.id.id).name(desired.name);
            call.send().await.named("UpdateApi")?;
        }
        if differences.iter().any(|it| it.property.starts_with("Tags")) {
            let (partition, region) = (&self.stack.account().partition, &self.stack.aws.region);
            let arn = format!("arn:{partition}:apigateway:{region}::/apis/{}", live.id.id);
            let call = gateway.tag_resource().resource_arn(arn);
            let call = call.set_tags(Some(desired.tags));
            call.send().await.named("TagResource")?;
        }
        Ok(())
    }

    fn record(&self, api: &Api, state: &mut State) {
        state.api_id = Some(api.id.clone());
        state.api_url = Some(format!("{}/{STAGE}{ROUTE_PATH}", api.endpoint));
    }
}

/// Creates or updates the HTTP API, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>) -> Result<Api> {
    let ensured = stack.ensure(&Desired { stack }, live).await?;
    let (id, suffix) = (&ensured.id.id, ensured.change.suffix());
    let name = &stack.config.names.api;
    stack.line(
        OutputLine::Api,
        format!("API Gateway '{name}' HTTP API created with ID: '{id}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the API recorded in state.json. Its id is unique.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().api_id {
        Some(id) => get(stack, &id).await,
        None => Ok(None),
    }
}

async fn get(stack: &Stack, id: &str) -> Result<Option<Live>> {
    let call = stack.aws.api_gateway.get_api().api_id(id);
    let answer = optional(call.send().await.named("GetApi"))?;
    Ok(answer.map(live))
}

fn live(answer: GetApiOutput) -> Live {
    let protocol = answer.protocol_type.as_ref().map(ProtocolType::as_str);
    Live {
        properties: Properties {
            name: answer.name.unwrap_or_default(),
            protocol_type: protocol.unwrap_or_default().to_owned(),
            tags: find::deployment_tag(answer.tags.unwrap_or_default()),
        },
        id: api(answer.api_id, answer.api_endpoint),
    }
}

fn api(id: Option<String>, endpoint: Option<String>) -> Api {
    Api {
        id: id.unwrap_or_default(),
        endpoint: endpoint.unwrap_or_default(),
    }
}
