//! The permission of the API to invoke the function.
//!
//! The integration tells the API what to call; this tells Lambda to let it. It
//! is a statement in the function's own policy. Without it, the API answers
//! requests with good tokens with 500.

use aws_sdk_lambda::operation::add_permission::builders::AddPermissionFluentBuilder;

use crate::api::ApiRef;
use crate::config::names::ROUTE_PATH;
use crate::function::FunctionRef;
use crate::resource::prelude::*;

pub(crate) const STATEMENT_ID: &str = "AllowInvokeFromApi";

/// The permission of this API.
pub(crate) struct Permission {
    pub api: ApiRef,
}

impl Permission {
    pub(crate) fn create_call(&self, run: &Run) -> AddPermissionFluentBuilder {
        let account = run.account();
        let (partition, account_id) = (&account.partition, &account.id);
        let (region, api_id) = (&run.aws.region, &self.api.id);
        let api = format!("arn:{partition}:execute-api:{region}:{account_id}:{api_id}");
        run.aws
            .lambda
            .add_permission()
            .function_name(&run.config.names.function)
            .statement_id(STATEMENT_ID)
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            // Only this path of this API, with any stage and method. Without it,
            // every API in every account could invoke the function, past the
            // authorizer.
            .source_arn(format!("{api}/*/*{ROUTE_PATH}"))
    }
}

impl Resource for Permission {
    const NAME: &'static str = "permission";
    const CREATE: Operation = Operation::new(
        "AddPermission",
        "Lets this one API invoke the function: API Gateway has no right to do so by itself.",
        &["Statement"],
    );
    /// The function must exist.
    type Needs = (ApiRef, FunctionRef);
    type Ref = ();

    fn new((api, _): Self::Needs) -> Permission {
        Permission { api }
    }

    fn title(_: &Run) -> String {
        "Permission for API Gateway to invoke the function".to_owned()
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        format!("Permission added to Lambda function for API Gateway to invoke it.{change}")
    }

    async fn create(&self, run: &Run) -> CallResult {
        self.create_call(run)
            .send()
            .await
            .named("AddPermission")
            .map(drop)
    }
}
