//! How the function is found, compared and changed.

use aws_client::find;
use aws_sdk_lambda::operation::create_function::builders::CreateFunctionFluentBuilder;
use aws_sdk_lambda::operation::update_function_configuration::builders::UpdateFunctionConfigurationFluentBuilder;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::FunctionConfiguration;
use serde_json::Value;

use crate::compare::difference::differences;
use crate::compare::property::{Property, overwrite};
use crate::function::{Function, FunctionRef, upload_timeout};
use crate::live::LiveResource;
use crate::readiness;
use crate::resource::prelude::*;

impl LiveResource for Function {
    type Live = FunctionConfiguration;

    fn announcement(&self, live: Option<&Self::Live>) -> Option<String> {
        let arn = &self.role_arn;
        let change = live.map_or(Change::Created, |live| {
            let role = self.role_arn.to_json();
            Change::of(differences([("Role", live.role.to_json(), role)]))
        });
        Some(format!("Creating lambda with role '{arn}'{change}"))
    }

    fn recorded(&self, state: State) -> Option<Key> {
        state
            .lambda_function_arn
            .and(state.lambda_function_name)
            .map(Key::new)
    }

    /// Fails if the function is not ours: somebody else may have made one of
    /// that name since.
    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let found = find::function(&run.aws, &key.id, &run.tag).await?;
        let function = found.refuse_foreign(&self.title(run), "NAME_SUFFIX")?;
        Ok(function.and_then(|function| function.configuration))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(&run.config.names.function)])
    }

    async fn check_name_is_free(&self, run: &Run) -> Result<()> {
        let key = Key::new(&run.config.names.function);
        self.get(run, &key).await.map(drop) // Nothing is ours before a first run.
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<FunctionRef> {
        Ok(FunctionRef {
            arn: required("GetFunction", "FunctionArn", live.function_arn.clone())?,
            ready: readiness::is_ready(live),
        })
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let mut found = self.code_differences(run, live);
        found.extend(self.configuration_differences(run, live));
        found
    }

    /// Code and configuration take two calls, and AWS accepts the second only
    /// once the first has taken effect.
    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        if !self.code_differences(run, live).is_empty() {
            update_code(run).await?;
        }
        if !self.configuration_differences(run, live).is_empty() {
            let call = run.aws.lambda.update_function_configuration();
            configured(call, &self.create_call(run))
                .function_name(&run.config.names.function)
                .send()
                .await
                .named("UpdateFunctionConfiguration")?;
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

impl Function {
    fn code_differences(&self, run: &Run, live: &FunctionConfiguration) -> Vec<Difference> {
        let zip = &run.config.zip;
        let (hash, architectures) = (&zip.code_sha256, vec![zip.architecture.clone()]);
        #[rustfmt::skip] // one property a line
        let properties = [
            ("CodeSha256", live.code_sha256.to_json(), hash.to_json()),
            ("Architectures", live.architectures.to_json(), architectures.to_json()),
        ];
        differences(properties)
    }

    fn configuration_differences(
        &self,
        run: &Run,
        live: &FunctionConfiguration,
    ) -> Vec<Difference> {
        let desired = self.create_call(run);
        #[rustfmt::skip] // one property a line
        let properties = [
            ("Runtime", live.runtime.to_json(), desired.get_runtime().to_json()),
            ("Handler", live.handler.to_json(), desired.get_handler().to_json()),
            ("Role", live.role.to_json(), desired.get_role().to_json()),
            ("MemorySize", with_unit(live.memory_size, "MB"), with_unit(*desired.get_memory_size(), "MB")),
            ("Timeout", with_unit(live.timeout, "s"), with_unit(*desired.get_timeout(), "s")),
        ];
        differences(properties)
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

fn with_unit(value: Option<i32>, unit: &str) -> Value {
    value.map(|value| format!("{value} {unit}")).to_json()
}
