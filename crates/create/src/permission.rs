//! The permission of a route to invoke the function.
//!
//! The integration tells the API what to call; this tells Lambda to let it. It
//! is a statement in the function's own policy. Without it, the API answers
//! requests with good tokens with 500. There is one for each route: together they cover
//! the routes of the API and nothing else. A function's policy has room for about 50.

use aws_sdk_lambda::operation::add_permission::builders::AddPermissionFluentBuilder;

use crate::api::ApiRef;
use crate::config::names::ROUTES;
use crate::config::routes::{RouteRow, statement_id};
use crate::function::FunctionRef;
use crate::resource::prelude::*;

/// The permission of this route of this API.
pub(crate) struct Permission {
    pub row: &'static RouteRow,
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
            .statement_id(statement_id(&self.row.key()))
            .action("lambda:InvokeFunction")
            .principal("apigateway.amazonaws.com")
            // Only this method and path of this API, on any stage. Without it, every
            // API in every account could invoke the function, past the authorizer.
            .source_arn(format!("{api}/*/{}", self.row.source()))
    }
}

impl Resource for Permission {
    const NAME: &'static str = "permission";
    const CREATE: Operation = Operation::new(
        "AddPermission",
        "Lets one route of this API invoke the function: API Gateway has no right to do so by itself.",
        &["Statement"],
    );
    /// The function must exist.
    type Needs = (&'static RouteRow, ApiRef, FunctionRef);
    type Ref = ();

    fn new((row, api, _): Self::Needs) -> Permission {
        Permission { row, api }
    }

    fn noted_as(&self) -> String {
        format!("AddPermission {}", self.row.key())
    }

    fn title(&self, _: &Run) -> String {
        title(&self.row.key())
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        let route = if ROUTES.len() > 1 {
            format!(" ('{}')", self.row.key())
        } else {
            String::new()
        };
        format!("Permission added to Lambda function for API Gateway to invoke it.{route}{change}")
    }

    async fn create(&self, run: &Run) -> CallResult {
        let answer = self.create_call(run).send().await;
        answer.named("AddPermission").map(drop)
    }
}

/// The name of a route's permission in messages.
pub(crate) fn title(route_key: &str) -> String {
    format!("Permission for '{route_key}' to invoke the function")
}
