//! The Lambda function.

use std::time::Duration;

use aws_client::error::optional;
use aws_client::retry::Backoff;
use aws_client::{CallError, Named, find};
use aws_sdk_lambda as lambda;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{
    FunctionCode, FunctionConfiguration, LastUpdateStatus, Runtime, State as FunctionState,
};
use common::{Failure, Result, State};
use serde::{Serialize, Serializer};

use crate::resource::change::Change;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::role::Role;
use crate::stack::Stack;
use crate::stack::output::OutputLine;

/// How long a function may take to become active, or an update to take effect.
const READY_TIMEOUT: Duration = Duration::from_secs(120);

/// How long the upload of the zip may take on a slow connection.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// An existing function.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    /// The function's ARN, without a version.
    pub arn: String,
    /// Whether it was active, with no update in progress, when it was read.
    pub ready: bool,
}

/// The function as AWS describes it.
pub(crate) type Live = resource::Live<Function, Properties>;

/// The properties that we set on a function.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    code_sha256: String,
    architectures: Vec<String>,
    runtime: String,
    handler: String,
    role: String,
    #[serde(serialize_with = "megabytes")]
    memory_size: i32,
    #[serde(serialize_with = "seconds")]
    timeout: i32,
}

/// The desired function.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The role that it runs with.
    pub role: &'a Role,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "function";
    const CREATE: &'static str = "CreateFunction";
    type Id = Function;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        let zip = &self.stack.config.zip;
        Properties {
            code_sha256: zip.code_sha256.clone(),
            architectures: vec![zip.architecture.as_str().to_owned()],
            runtime: Runtime::Providedal2023.as_str().to_owned(),
            handler: "bootstrap".to_owned(),
            role: self.role.arn.clone(),
            memory_size: 128,
            timeout: 5,
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        find(self.stack).await
    }

    async fn create(&self) -> Result<Function, CallError> {
        let desired = self.desired();
        let (tag, deployment_id) = self.stack.tag.pair();
        let zip = Blob::new(self.stack.config.zip.bytes.clone());
        let answer = self
            .stack
            .aws
            .lambda
            .create_function()
            .function_name(&self.stack.config.names.function)
            .code(FunctionCode::builder().zip_file(zip).build())
            .architectures(self.stack.config.zip.architecture.clone())
            .runtime(Runtime::Providedal2023)
            .handler(desired.handler)
            .role(desired.role)
            .memory_size(desired.memory_size)
            .timeout(desired.timeout)
            .tags(tag, deployment_id)
            .customize()
            .config_override(upload_timeout())
            .send()
            .await
            .named("CreateFunction")?;
        Ok(Function {
            arn: answer.function_arn.unwrap_or_default(),
            ready: false,
        })
    }

    /// Code and configuration take two calls, and AWS accepts the second only
    /// once the first has taken effect.
    async fn update(&self, _: &Live, differences: &[Difference]) -> Result<(), CallError> {
        let is_code = |it: &&Difference| {
            it.property == "CodeSha256" || it.property.starts_with("Architectures")
        };
        let code = differences.iter().filter(is_code).count();
        if code > 0 {
            self.update_code().await?;
        }
        if differences.len() > code {
            self.update_configuration().await?;
        }
        Ok(())
    }

    fn record(&self, function: &Function, state: &mut State) {
        state.lambda_function_arn = Some(function.arn.clone());
    }
}

impl Desired<'_> {
    async fn update_code(&self) -> Result<(), CallError> {
        let zip = &self.stack.config.zip;
        self.stack
            .aws
            .lambda
            .update_function_code()
            .function_name(&self.stack.config.names.function)
            .zip_file(Blob::new(zip.bytes.clone()))
            .architectures(zip.architecture.clone())
            .customize()
            .config_override(upload_timeout())
            .send()
            .await
            .named("UpdateFunctionCode")?;
        Ok(())
    }

    async fn update_configuration(&self) -> Result<(), CallError> {
        let desired = self.desired();
        self.stack
            .aws
            .lambda
            .update_function_configuration()
            .function_name(&self.stack.config.names.function)
            .runtime(Runtime::Providedal2023)
            .handler(desired.handler)
            .role(desired.role)
            .memory_size(desired.memory_size)
            .timeout(desired.timeout)
            .send()
            .await
            .named("UpdateFunctionConfiguration")?;
        Ok(())
    }
}

/// Creates or updates the function, as needed. A new role cannot be used for a
/// few seconds; until then AWS refuses, and the call is repeated.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, role: &Role) -> Result<Function> {
    let desired = Desired { stack, role };
    let (arn, name) = (&role.arn, &stack.config.names.function);
    let suffix = role_suffix(&desired, live.as_ref());
    stack.line(
        OutputLine::FunctionBegun,
        format!("Creating lambda with role '{arn}'{suffix}"),
    );
    let ensured = stack.ensure(&desired, live).await?;
    let suffix = ensured.change.suffix();
    stack.line(
        OutputLine::Function,
        format!("Lambda function created with name: '{name}'{suffix}"),
    );
    Ok(Function {
        ready: ensured.id.ready && ensured.change == Change::Unchanged,
        ..ensured.id
    })
}

/// The end of the `FunctionBegun` line: how the function's role changes.
fn role_suffix(desired: &Desired<'_>, live: Option<&Live>) -> String {
    let Some(live) = live else {
        return String::new();
    };
    let mut differences = desired.differences(live);
    differences.retain(|it| it.property == "Role");
    Change::of(differences).suffix()
}

/// Waits until the function runs what it was given (GetFunction): a new one is
/// `Pending` for a moment, and an updated one still runs its old code. The SDK's
/// own waiter would poll only once a second.
///
/// # Errors
/// If AWS reports that it failed, or it takes too long.
pub(crate) async fn wait_until_ready(stack: &Stack, function: &Function) -> Result<()> {
    if function.ready {
        return Ok(());
    }
    let _working = stack.console.working("function becoming active");
    let mut backoff = Backoff::poll().up_to(READY_TIMEOUT);
    loop {
        let call = stack.aws.lambda.get_function().function_name(&function.arn);
        // A new function may not be visible everywhere yet.
        let answer = optional(call.send().await.named("GetFunction"))?;
        if let Some(now) = answer.and_then(|answer| answer.configuration) {
            check_not_failed(&now)?;
            if is_ready(&now) {
                return Ok(());
            }
        }
        if !backoff.wait().await? {
            return Err(not_ready("it took too long"));
        }
    }
}

fn is_ready(now: &FunctionConfiguration) -> bool {
    // A new function has no update yet.
    let updated = now.last_update_status() != Some(&LastUpdateStatus::InProgress);
    now.state() == Some(&FunctionState::Active) && updated
}

fn check_not_failed(now: &FunctionConfiguration) -> Result<()> {
    if now.state() == Some(&FunctionState::Failed) {
        return Err(not_ready(now.state_reason().unwrap_or("it failed")));
    }
    if now.last_update_status() == Some(&LastUpdateStatus::Failed) {
        let reason = now.last_update_status_reason();
        return Err(not_ready(reason.unwrap_or("its update failed")));
    }
    Ok(())
}

fn not_ready(reason: &str) -> Failure {
    Failure::failed(format!("The function did not become active: {reason}")).with_hint(
        "run the same command again; if it stays so, 'make delete' and 'make api' begin anew",
    )
}

/// Reads the function recorded in state.json. Fails if it is no longer ours:
/// somebody else may have created one of that name since.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().lambda_function_arn {
        Some(_) => find(stack).await,
        None => Ok(None),
    }
}

async fn find(stack: &Stack) -> Result<Option<Live>> {
    let name = &stack.config.names.function;
    let found = find::function(&stack.aws, name, &stack.tag).await?;
    let function = found.refuse_foreign(&format!("Function '{name}'"), "NAME_SUFFIX")?;
    let configuration = function.and_then(|function| function.configuration);
    Ok(configuration.map(live))
}

fn live(now: FunctionConfiguration) -> Live {
    let architectures = now.architectures().iter();
    let architectures = architectures.map(|it| it.as_str().to_owned()).collect();
    let runtime = now.runtime().map(|runtime| runtime.as_str().to_owned());
    let ready = is_ready(&now);
    Live {
        id: Function {
            arn: now.function_arn.unwrap_or_default(),
            ready,
        },
        properties: Properties {
            code_sha256: now.code_sha256.unwrap_or_default(),
            architectures,
            runtime: runtime.unwrap_or_default(),
            handler: now.handler.unwrap_or_default(),
            role: now.role.unwrap_or_default(),
            memory_size: now.memory_size.unwrap_or_default(),
            timeout: now.timeout.unwrap_or_default(),
        },
    }
}

fn upload_timeout() -> lambda::config::Builder {
    let timeout = TimeoutConfig::builder().operation_attempt_timeout(UPLOAD_TIMEOUT);
    lambda::config::Builder::new().timeout_config(timeout.build())
}

fn seconds<S: Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{value} s"))
}

fn megabytes<S: Serializer>(value: &i32, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&format!("{value} MB"))
}
