//! The permission of the API to invoke the function.
//!
//! The integration tells the API what to call; this tells Lambda to let it. It
//! is a statement in the function's own policy. Without it, the API answers
//! requests with good tokens with 500.

use aws_sdk_lambda::operation::add_permission::builders::AddPermissionFluentBuilder;
use serde_json::Value;

use crate::api::ApiRef;
use crate::compare::difference::differences;
use crate::compare::property::Property;
use crate::config::names::ROUTE_PATH;
use crate::function::FunctionRef;
use crate::resource::prelude::*;

const STATEMENT_ID: &str = "AllowInvokeFromApi";

/// The permission of this API.
pub(crate) struct Permission {
    api: ApiRef,
}

impl Permission {
    fn create_call(&self, run: &Run) -> AddPermissionFluentBuilder {
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
    /// Our statement in the function's policy.
    type Live = Value;

    fn new((api, _): Self::Needs) -> Permission {
        Permission { api }
    }

    fn title(_: &Run) -> String {
        "Permission for API Gateway to invoke the function".to_owned()
    }

    fn line(&self, _: &Run, (): &(), change: &Change) -> String {
        format!("Permission added to Lambda function for API Gateway to invoke it.{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        state
            .lambda_function_arn
            .and(state.lambda_function_name)
            .map(|function| Key::within(function, STATEMENT_ID))
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Value>> {
        let call = run.aws.lambda.get_policy().function_name(&key.parent);
        let answer = optional(call.send().await.named("GetPolicy"))?;
        let policy = answer.and_then(|answer| answer.policy).unwrap_or_default();
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        let mut statements = policy["Statement"].as_array().into_iter().flatten();
        let ours = statements.find(|statement| statement["Sid"] == *key.id);
        Ok(ours.cloned())
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&run.config.names.function, STATEMENT_ID)])
    }

    async fn create(&self, run: &Run) -> CallResult {
        self.create_call(run)
            .send()
            .await
            .named("AddPermission")
            .map(drop)
    }

    fn reference(_: &Run, _: &Value) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Value) -> Vec<Difference> {
        let desired = self.create_call(run);
        let (principal, source) = (
            live["Principal"]["Service"].clone(),
            live["Condition"]["ArnLike"]["AWS:SourceArn"].clone(),
        );
        differences([
            (
                "Action",
                live["Action"].clone(),
                desired.get_action().to_json(),
            ),
            ("Principal", principal, desired.get_principal().to_json()),
            ("SourceArn", source, desired.get_source_arn().to_json()),
        ])
    }

    async fn update(&self, _: &Run, _: &Value, _: &[Difference]) -> CallResult {
        unreachable!("a statement is always replaced")
    }

    /// A statement cannot be changed.
    fn must_be_replaced(differences: &[Difference]) -> bool {
        !differences.is_empty()
    }

    async fn remove(&self, run: &Run, _: &Value) -> Result<()> {
        let call = run
            .aws
            .lambda
            .remove_permission()
            .function_name(&run.config.names.function);
        let answer = call.statement_id(STATEMENT_ID).send().await;
        optional(answer.named("RemovePermission"))?;
        Ok(())
    }
}
