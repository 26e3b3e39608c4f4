//! How the permission is found, compared and changed.

use serde_json::Value;

use crate::compare::difference::differences;
use crate::compare::property::Property;
use crate::live::LiveResource;
use crate::permission::{Permission, STATEMENT_ID};
use crate::resource::prelude::*;

impl LiveResource for Permission {
    /// Our statement in the function's policy.
    type Live = Value;

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

    async fn update(&self, _: &Run, _: &Value) -> CallResult {
        unreachable!("a statement is always replaced")
    }

    /// A statement cannot be changed.
    fn must_be_replaced(&self, _: &Run, _: &Value) -> bool {
        true
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
