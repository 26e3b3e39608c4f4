//! The function's permission: who may invoke it.

use api_aws::error::optional;
use api_aws::{CallError, Named};
use api_core::Result;

use crate::api::Api;
use crate::function::Function;
use crate::names::ROUTE_PATH;
use crate::report::Step;
use crate::stack::Stack;

const STATEMENT_ID: &str = "AllowInvokeFromApi";

/// Lets this one API invoke the function (AddPermission).
pub async fn create(stack: &Stack, api: &Api, function: &Function) -> Result<()> {
    let find = || find_ours(stack, function);
    let made = stack
        .once("permission", false, find, || call(stack, api, function))
        .await?;
    let line = "Permission added to Lambda function for API Gateway to invoke it.".to_owned();
    stack.line(Step::Permission, made.line(line));
    Ok(())
}

/// The function is ours, and so is what its policy says.
async fn find_ours(stack: &Stack, function: &Function) -> Result<Option<()>> {
    let call = stack.aws.lambda.get_policy().function_name(&function.arn);
    let policy = optional(call.send().await.named("GetPolicy"))?.and_then(|answer| answer.policy);
    Ok(policy
        .filter(|policy| policy.contains(STATEMENT_ID))
        .map(|_| ()))
}

async fn call(stack: &Stack, api: &Api, function: &Function) -> Result<(), CallError> {
    let (partition, account) = (&stack.account.partition, &stack.account.id);
    let region = &stack.aws.region;
    // Any stage and method of this path of this API, and no other.
    let source = format!(
        "arn:{partition}:execute-api:{region}:{account}:{}/*/*{ROUTE_PATH}",
        api.id
    );
    stack
        .aws
        .lambda
        .add_permission()
        .function_name(&function.arn)
        .statement_id(STATEMENT_ID)
        .action("lambda:InvokeFunction")
        .principal("apigateway.amazonaws.com")
        .source_arn(source)
        .send()
        .await
        .named("AddPermission")?;
    Ok(())
}
