//! The Lambda function: the program that answers requests which passed the API.
//!
//! It is a Linux program of our own, built from the crate `lambda`. It checks no
//! token, because no request reaches it unchecked.

use std::time::Duration;

use aws_client::find;
use aws_sdk_lambda as lambda;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, FunctionConfiguration, Runtime};
use serde_json::Value;

use crate::compare::difference::{differences, has};
use crate::compare::property::{Property, overwrite};
use crate::readiness;
use crate::resource::prelude::*;

/// How long the upload of the zip may take on a slow connection.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The function that runs with this role.
pub(crate) struct Function {
    role_arn: String,
}

/// An existing function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionRef {
    /// Its ARN, without a version.
    pub arn: String,
    /// Whether it was active, with no update in progress, when it was read.
    ready: bool,
}

impl Reference for FunctionRef {
    fn unknown() -> FunctionRef {
        FunctionRef {
            arn: String::unknown(),
            ready: false,
        }
    }
}

impl Function {
    fn create_call(&self, run: &Run) -> CreateFunctionFluentBuilder {
        let zip = &run.config.zip;
        let code = FunctionCode::builder().zip_file(Blob::new(zip.bytes.clone()));
        run.aws
            .lambda
            .create_function()
            .function_name(&run.config.names.function)
            .code(code.build())
            // Read from the program itself: a wrong one would not start.
            .architectures(zip.architecture.clone())
            // No language runtime: Lambda starts the zip's `bootstrap`.
            .runtime(Runtime::Providedal2023)
            .handler("bootstrap")
            .role(&self.role_arn)
            // The least there is, in MB; the program needs a tenth of it.
            .memory_size(128)
            // In seconds: whoever hangs should not cost for long.
            .timeout(5)
            .set_tags(Some(run.tags()))
    }
}

impl Resource for Function {
    const NAME: &'static str = "function";
    /// A new role cannot be used for a few seconds; until then AWS refuses.
    const CREATE: Operation = Operation::new(
        "CreateFunction",
        "Uploads the program that answers requests which passed the API.",
        &["FunctionArn", "State"],
    );
    /// The role's ARN.
    type Needs = String;
    type Ref = FunctionRef;
    type Live = FunctionConfiguration;

    fn new(role_arn: String) -> Function {
        Function { role_arn }
    }

    fn title(run: &Run) -> String {
        format!("Function '{}'", run.config.names.function)
    }

    fn announcement(&self, run: &Run, live: Option<&Self::Live>) -> Option<String> {
        let arn = &self.role_arn;
        let change = live.map_or(Change::Created, |live| {
            let mut differences = self.differences(run, live);
            differences.retain(|difference| difference.property == "Role");
            Change::of(differences)
        });
        Some(format!("Creating lambda with role '{arn}'{change}"))
    }

    fn line(&self, run: &Run, _: &FunctionRef, change: &Change) -> String {
        let name = &run.config.names.function;
        format!("Lambda function created with name: '{name}'{change}")
    }

    fn recorded(state: State) -> Option<Key> {
        state
            .lambda_function_arn
            .and(state.lambda_function_name)
            .map(Key::new)
    }

    /// Fails if the function is not ours: somebody else may have made one of
    /// that name since.
    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let found = find::function(&run.aws, &key.id, &run.tag).await?;
        let function = found.refuse_foreign(&Self::title(run), "NAME_SUFFIX")?;
        Ok(function.and_then(|function| function.configuration))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(&run.config.names.function)])
    }

    async fn check_name_is_free(run: &Run) -> Result<()> {
        let key = Key::new(&run.config.names.function);
        Self::get(run, &key).await.map(drop) // Nothing is ours before a first run.
    }

    async fn create(&self, run: &Run) -> CallResult<FunctionRef> {
        let call = self.create_call(run).customize();
        let answer = call.config_override(upload_timeout()).send().await;
        let arn = answer.named("CreateFunction")?.function_arn;
        Ok(FunctionRef {
            arn: required("CreateFunction", "FunctionArn", arn)?,
            ready: false,
        })
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<FunctionRef> {
        Ok(FunctionRef {
            arn: required("GetFunction", "FunctionArn", live.function_arn.clone())?,
            ready: readiness::is_ready(live),
        })
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let desired = self.create_call(run);
        let code_sha256 = run.config.zip.code_sha256.to_json();
        #[rustfmt::skip] // one property a line
        let properties = [
            ("CodeSha256", live.code_sha256.to_json(), code_sha256),
            ("Architectures", live.architectures.to_json(), desired.get_architectures().to_json()),
            ("Runtime", live.runtime.to_json(), desired.get_runtime().to_json()),
            ("Handler", live.handler.to_json(), desired.get_handler().to_json()),
            ("Role", live.role.to_json(), desired.get_role().to_json()),
            ("MemorySize", with_unit(live.memory_size, "MB"), with_unit(*desired.get_memory_size(), "MB")),
            ("Timeout", with_unit(live.timeout, "s"), with_unit(*desired.get_timeout(), "s")),
        ];
        differences(properties)
    }

    /// Code and configuration take two calls, and AWS accepts the second only
    /// once the first has taken effect.
    async fn update(&self, run: &Run, _: &Self::Live, differences: &[Difference]) -> CallResult {
        let code = ["CodeSha256", "Architectures"];
        if code.iter().any(|property| has(differences, property)) {
            update_code(run).await?;
        }
        if differences
            .iter()
            .any(|difference| !difference.is_in(&code))
        {
            let call = run.aws.lambda.update_function_configuration();
            let call =
                configured(call, &self.create_call(run)).function_name(&run.config.names.function);
            call.send().await.named("UpdateFunctionConfiguration")?;
        }
        Ok(())
    }

    fn record(&self, _: &Run, function: &FunctionRef, state: &mut State) {
        state.lambda_function_arn = Some(function.arn.clone());
    }

    async fn finish(&self, run: &Run, function: &FunctionRef, change: &Change) -> Result<()> {
        if function.ready && *change == Change::Unchanged {
            return Ok(());
        }
        readiness::wait_for_function(run, &function.arn).await
    }
}

fn configured(
    call: UpdateFunctionConfigurationFluentBuilder,
    desired: &CreateFunctionFluentBuilder,
) -> UpdateFunctionConfigurationFluentBuilder {
    overwrite!(call, desired; runtime, handler, role, memory_size, timeout)
}

async fn update_code(run: &Run) -> CallResult {
    let zip = &run.config.zip;
    run.aws
        .lambda
        .update_function_code()
        .function_name(&run.config.names.function)
        .zip_file(Blob::new(zip.bytes.clone()))
        .architectures(zip.architecture.clone())
        .customize()
        .config_override(upload_timeout())
        .send()
        .await
        .named("UpdateFunctionCode")?;
    Ok(())
}

fn upload_timeout() -> lambda::config::Builder {
    let timeout = TimeoutConfig::builder().operation_attempt_timeout(UPLOAD_TIMEOUT);
    lambda::config::Builder::new().timeout_config(timeout.build())
}

fn with_unit(value: Option<i32>, unit: &str) -> Value {
    value.map(|value| format!("{value} {unit}")).to_json()
}
