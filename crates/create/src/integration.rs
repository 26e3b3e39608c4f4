//! The integration: how the API calls the function.

use aws_client::error::optional;
use aws_client::{CallError, Named};
use aws_sdk_apigatewayv2::types::IntegrationType;
use common::{Result, State};
use serde::Serialize;

use crate::api::Api;
use crate::function::Function;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// The integration as AWS describes it; AWS assigns its id.
pub(crate) type Live = resource::Live<String, Properties>;

/// The properties that we set on an integration.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    integration_type: String,
    integration_method: String,
    integration_uri: String,
    payload_format_version: String,
}

/// The desired integration.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The API that it belongs to.
    pub api: &'a Api,
    /// The function that it calls.
    pub function: &'a Function,
}

/// Sets every property on a call that creates or updates.
macro_rules! set {
    ($call:expr, $desired:expr) => {{
        let desired: Properties = $desired;
        $call
            .integration_type(desired.integration_type.as_str().into())
            .integration_method(desired.integration_method)
            .integration_uri(desired.integration_uri)
            .payload_format_version(desired.payload_format_version)
    }};
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "integration";
    const CREATE: &'static str = "CreateIntegration";
    type Id = String;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            integration_type: IntegrationType::AwsProxy.as_str().to_owned(),
            // Lambda's Invoke is a POST, whatever the route's method is.
            integration_method: "POST".to_owned(),
            integration_uri: self.function.arn.clone(),
            payload_format_version: "2.0".to_owned(),
        }
    }

    /// The API is ours, and so is its integration with our function.
    async fn find(&self) -> Result<Option<Live>> {
        match list(self.stack, self.api, self.function).await?.first() {
            Some(id) => get(self.stack, &self.api.id, id).await,
            None => Ok(None),
        }
    }

    async fn create(&self) -> Result<String, CallError> {
        let call = self.stack.aws.api_gateway.create_integration();
        let call = call.api_id(&self.api.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        let answer = answer.named("CreateIntegration")?;
        Ok(answer.integration_id.unwrap_or_default())
    }

    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        let call = self.stack.aws.api_gateway.update_integration();
        let call = call.api_id(&self.api.id).integration_id(&live.id);
        let _one_at_a_time = self.stack.api_change.lock().await;
        let answer = set!(call, self.desired()).send().await;
        answer.named("UpdateIntegration")?;
        Ok(())
    }

    fn record(&self, id: &String, state: &mut State) {
        state.api_integration_id = Some(id.clone());
    }
}

/// Creates or updates the integration, as needed.
pub(crate) async fn ensure(
    stack: &Stack,
    live: Option<Live>,
    api: &Api,
    function: &Function,
) -> Result<String> {
    let desired = Desired {
        stack,
        api,
        function,
    };
    let ensured = stack.ensure(&desired, live).await?;
    let (id, suffix) = (&ensured.id, ensured.change.suffix());
    stack.line(
        OutputLine::Integration,
        format!("Integration created with ID: '{id}'{suffix}"),
    );
    Ok(ensured.id)
}

/// Reads the integration recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    match (state.api_id, state.api_integration_id) {
        (Some(api_id), Some(id)) => get(stack, &api_id, &id).await,
        _ => Ok(None),
    }
}

/// The ids of the integrations with our function (GetIntegrations).
pub(crate) async fn list(stack: &Stack, api: &Api, function: &Function) -> Result<Vec<String>> {
    let call = stack.aws.api_gateway.get_integrations().api_id(&api.id);
    let answer = call.send().await.named("GetIntegrations")?;
    let items = answer.items.unwrap_or_default().into_iter();
    let ours = items.filter(|integration| integration.integration_uri() == Some(&function.arn));
    Ok(ours
        .filter_map(|integration| integration.integration_id)
        .collect())
}

async fn get(stack: &Stack, api_id: &str, id: &str) -> Result<Option<Live>> {
    let call = stack.aws.api_gateway.get_integration();
    let call = call.api_id(api_id).integration_id(id);
    let Some(answer) = optional(call.send().await.named("GetIntegration"))? else {
        return Ok(None);
    };
    let kind = answer
        .integration_type
        .as_ref()
        .map(IntegrationType::as_str);
    Ok(Some(Live {
        id: id.to_owned(),
        properties: Properties {
            integration_type: kind.unwrap_or_default().to_owned(),
            integration_method: answer.integration_method.unwrap_or_default(),
            integration_uri: answer.integration_uri.unwrap_or_default(),
            payload_format_version: answer.payload_format_version.unwrap_or_default(),
        },
    }))
}
