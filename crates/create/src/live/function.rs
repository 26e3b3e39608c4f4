//! How the function is found, compared and changed.

use aws_client::find;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::FunctionConfiguration;

use crate::compare::property::overwrite;
use crate::function::{Function, FunctionRef, upload_timeout};
use crate::live::LiveResource;
use crate::readiness;
use crate::resource::prelude::*;

impl LiveResource for Function {
    type Live = FunctionConfiguration;

    fn announcement(&self, live: Option<&Self::Live>) -> Option<String> {
        let arn = &self.role_arn;
        let change = live.map_or(Change::Created, |live| {
            Change::of(differences(&[("Role", &live.role, arn)]))
        });
        Some(format!("Creating lambda with role '{arn}'{change}"))
    }

    fn recorded(&self, state: State) -> Option<Key> {
        state.lambda_function_arn?;
        state.lambda_function_name.map(Key::new)
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
        self.find(run).await.map(drop) // Nothing is ours before a first run.
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
        let name = &run.config.names.function;
        if !self.code_differences(run, live).is_empty() {
            let zip = &run.config.zip;
            let call = run.aws.lambda.update_function_code().function_name(name);
            call.zip_file(Blob::new(zip.bytes.clone()))
                .architectures(zip.architecture.clone())
                .customize()
                .config_override(upload_timeout())
                .send()
                .await
                .named("UpdateFunctionCode")?;
        }
        if !self.configuration_differences(run, live).is_empty() {
            let update = run.aws.lambda.update_function_configuration();
            let desired = self.create_call(run);
            let call = overwrite!(update, desired; runtime, handler, role, memory_size, timeout);
            let answer = call.function_name(name).send().await;
            answer.named("UpdateFunctionConfiguration")?;
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
        let architectures = vec![zip.architecture.clone()];
        differences(&[
            ("CodeSha256", &live.code_sha256, &zip.code_sha256),
            ("Architectures", &live.architectures, &architectures),
        ])
    }

    fn configuration_differences(
        &self,
        run: &Run,
        live: &FunctionConfiguration,
    ) -> Vec<Difference> {
        let desired = self.create_call(run);
        let memory = |size: Option<i32>| size.map(|size| format!("{size} MB"));
        let seconds = |time: Option<i32>| time.map(|time| format!("{time} s"));
        #[rustfmt::skip] // one property a line
        let found = differences(&[
            ("Runtime", &live.runtime, desired.get_runtime()),
            ("Handler", &live.handler, desired.get_handler()),
            ("Role", &live.role, desired.get_role()),
            ("MemorySize", &memory(live.memory_size), &memory(*desired.get_memory_size())),
            ("Timeout", &seconds(live.timeout), &seconds(*desired.get_timeout())),
        ]);
        found
    }
}
