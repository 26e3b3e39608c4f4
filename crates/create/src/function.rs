//! The function.

use std::time::Duration;

use api_aws::error::optional;
use api_aws::retry::Backoff;
use api_aws::{CallError, Named, find};
use api_core::{Failure, Result};
use aws_sdk_lambda as lambda;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime, State};

use crate::report::Step;
use crate::stack::Stack;

/// How long a new function may take to become active.
const ACTIVE_WITHIN: Duration = Duration::from_secs(120);

/// How long sending the zip may take, on a slow line.
const UPLOAD_WITHIN: Duration = Duration::from_secs(60);

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
        .customize()
        .config_override(lambda::config::Builder::new().timeout_config(upload_timeout()))
        .send()
        .await
        .named("CreateFunction")?;
    Ok(answer.function_arn.unwrap_or_default())
}

fn upload_timeout() -> TimeoutConfig {
    TimeoutConfig::builder()
        .operation_attempt_timeout(UPLOAD_WITHIN)
        .build()
}

/// Waits until the function can be invoked (GetFunction): a new one is Pending
/// for a moment. The SDK's own waiter would look only once a second.
pub async fn wait_until_active(stack: &Stack, function: &Function) -> Result<()> {
    let _working = stack.console.working("function becoming active");
    let mut backoff = Backoff::poll().up_to(ACTIVE_WITHIN);
    loop {
        let call = stack.aws.lambda.get_function().function_name(&function.arn);
        // One that is a moment old may not be seen everywhere yet.
        let answer = optional(call.send().await.named("GetFunction"))?;
        let now = answer.and_then(|answer| answer.configuration);
        match now.as_ref().and_then(|now| now.state()) {
            Some(State::Active) => return Ok(()),
            Some(State::Failed) => return Err(not_active(now.and_then(|now| now.state_reason))),
            _ if backoff.wait().await? => {}
            _ => return Err(not_active(None)),
        }
    }
}

fn not_active(reason: Option<String>) -> Failure {
    let reason = reason.unwrap_or_else(|| "it took too long".to_owned());
    Failure::failed(format!("The function did not become active: {reason}")).with_hint(
        "run the same command again; if it stays so, 'make delete' and 'make api' begin anew",
    )
}
