//! The Lambda function: the program that answers requests which passed the API.
//!
//! In OAuth's terms it serves the protected resource. It is a Linux program of our
//! own, built from the crate `lambda`. It checks no token, because no request
//! reaches it unchecked. Without it, a request with a good token would have
//! nothing to get.

use std::time::Duration;

use aws_sdk_lambda as lambda;
use aws_sdk_lambda::config::timeout::TimeoutConfig;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{FunctionCode, Runtime};

use crate::resource::prelude::*;

/// How long the upload of the zip may take on a slow connection.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(60);

/// The function that runs with this role.
pub(crate) struct Function {
    pub role_arn: String,
}

/// An existing function.
#[derive(Clone, Debug)]
pub(crate) struct FunctionRef {
    /// Its ARN, without a version.
    pub arn: String,
    /// Whether it was active, with no update in progress, when it was read.
    pub ready: bool,
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
    pub(crate) fn create_call(&self, run: &Run) -> CreateFunctionFluentBuilder {
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
            // In seconds: a program that hangs must not cost money for long.
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

    fn new(role_arn: String) -> Function {
        Function { role_arn }
    }

    fn title(&self, run: &Run) -> String {
        format!("Function '{}'", run.config.names.function)
    }

    fn line(&self, run: &Run, _: &FunctionRef, change: &Change) -> String {
        let name = &run.config.names.function;
        format!("Lambda function created with name: '{name}'{change}")
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
}

pub(crate) fn upload_timeout() -> lambda::config::Builder {
    let timeout = TimeoutConfig::builder().operation_attempt_timeout(UPLOAD_TIMEOUT);
    lambda::config::Builder::new().timeout_config(timeout.build())
}
