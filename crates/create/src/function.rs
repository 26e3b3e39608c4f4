//! The function.

use api_aws::{CallError, Named, find};
use api_core::{Failure, Result, interrupt};
use aws_sdk_lambda::client::Waiters;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};

use crate::once::ACTIVE_WITHIN;
use crate::report::Step;
use crate::stack::Stack;

/// A function that is there.
#[derive(Clone, Debug)]
pub struct Function {
    /// The function's ARN, without a version.
    pub arn: String,
}

/// Creates the function (CreateFunction). A new role cannot be used for a few
/// seconds: until then AWS refuses, and the call is repeated.
pub async fn create(stack: &Stack, role_arn: &str) -> Result<Function> {
    let name = &stack.plan.names.function;
    stack.line(
        Step::FunctionBegun,
        format!("Creating lambda with role '{role_arn}'"),
    );
    let recorded = stack.state.get().lambda_function_arn;
    let made = stack
        .once(
            "function",
            recorded.is_some(),
            || find_ours(stack),
            || call(stack, role_arn),
        )
        .await?;
    let arn = made.value.clone();
    stack
        .state
        .update(|state| state.lambda_function_arn = Some(arn.clone()))?;
    stack.line(
        Step::Function,
        made.line(format!("Lambda function created with name: '{name}'")),
    );
    Ok(Function { arn })
}

async fn find_ours(stack: &Stack) -> Result<Option<String>> {
    let name = &stack.plan.names.function;
    let found = find::function(&stack.aws, name, &stack.ours).await?;
    let function = found.or_refuse(&format!("Function '{name}'"), "NAME_SUFFIX")?;
    Ok(function
        .and_then(|function| function.configuration)
        .and_then(|it| it.function_arn))
}

async fn call(stack: &Stack, role_arn: &str) -> Result<String, CallError> {
    let (tag, deployment_id) = stack.ours.tag();
    let zip = &stack.plan.zip;
    let answer = stack
        .aws
        .lambda
        .create_function()
        .function_name(&stack.plan.names.function)
        .role(role_arn)
        .runtime(Runtime::Providedal2023)
        .handler("bootstrap")
        .architectures(zip.architecture.clone())
        .code(
            FunctionCode::builder()
                .zip_file(Blob::new(zip.bytes.clone()))
                .build(),
        )
        .memory_size(128)
        .timeout(5)
        .tags(tag, deployment_id)
        .send()
        .await
        .named("CreateFunction")?;
    Ok(answer.function_arn.unwrap_or_default())
}

/// Waits until the function can be invoked (GetFunction, polled by the SDK).
pub async fn wait_until_active(stack: &Stack, function: &Function) -> Result<()> {
    let _working = stack.console.working("function becoming active");
    let waiter = stack
        .aws
        .lambda
        .wait_until_function_active_v2()
        .function_name(&function.arn);
    let waited = interrupt::or_stop(
        waiter.wait(ACTIVE_WITHIN),
        "Stopped while waiting for the function",
    );
    match waited.await? {
        Ok(_) => Ok(()),
        Err(error) => Err(Failure::failed(format!("The function did not become active: {error}"))
            .hint("run the same command again; if it stays so, 'make delete' and 'make api' begin anew")),
    }
}
