//! The integration: what the API does with a request that may pass.
//!
//! An HTTP API has no code of its own. The integration names the function to
//! call, and in which form the request reaches it. Without one, the API would
//! answer every request with 404.

use aws_sdk_apigatewayv2::operation::create_integration::builders::CreateIntegrationFluentBuilder;
use aws_sdk_apigatewayv2::types::IntegrationType;

use crate::api::ApiRef;
use crate::function::FunctionRef;
use crate::resource::prelude::*;

/// The integration of this API with this function.
pub(crate) struct Integration {
    pub api: ApiRef,
    pub function: FunctionRef,
}

impl Integration {
    pub(crate) fn create_call(&self, run: &Run) -> CreateIntegrationFluentBuilder {
        run.aws
            .api_gateway
            .create_integration()
            .api_id(&self.api.id)
            // The function gets the whole request and answers with the whole
            // response: nothing is mapped in between.
            .integration_type(IntegrationType::AwsProxy)
            // Lambda's Invoke is a POST, whatever the route's method is.
            .integration_method("POST")
            .integration_uri(&self.function.arn)
            // The newer event: headers as one map, and the verified claims in
            // `requestContext.authorizer.jwt`.
            .payload_format_version("2.0")
    }
}

impl Resource for Integration {
    const NAME: &'static str = "integration";
    const CREATE: Operation = Operation::new(
        "CreateIntegration",
        "Tells the API where a request goes that may pass: to the function.",
        &["integrationId"],
    );
    const PART_OF_API: bool = true;
    type Needs = (ApiRef, FunctionRef);
    type Ref = String;

    fn new((api, function): Self::Needs) -> Integration {
        Integration { api, function }
    }

    fn title(&self, run: &Run) -> String {
        format!("Integration with '{}'", run.config.names.function)
    }

    fn line(&self, _: &Run, id: &String, change: &Change) -> String {
        format!("Integration created with ID: '{id}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        let id = answer.named("CreateIntegration")?.integration_id;
        required("CreateIntegration", "IntegrationId", id)
    }
}
