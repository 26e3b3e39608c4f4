//! How a permission is found, compared, changed and removed.

use serde_json::Value;

use crate::config::names::ROUTES;
use crate::config::routes::statement_id;
use crate::live::LiveResource;
use crate::permission::Permission;
use crate::resource::prelude::*;

/// The only statement of a stack of an earlier version: any method of one path.
const EARLIER: &str = "AllowInvokeFromApi";

impl LiveResource for Permission {
    /// Our statement in the function's policy.
    type Live = Value;

    fn recorded(&self, state: State) -> Option<Key> {
        state.lambda_function_arn?;
        Some(self.key(state.lambda_function_name?))
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Value>> {
        let call = run.aws.lambda.get_policy().function_name(&key.parent);
        let answer = optional(call.send().await.named("GetPolicy"))?;
        let text = answer.and_then(|answer| answer.policy).unwrap_or_default();
        let policy: Value = serde_json::from_str(&text).unwrap_or_default();
        let statement = |id: &str| {
            let mut statements = policy["Statement"].as_array().into_iter().flatten();
            statements.find(|statement| statement["Sid"] == *id)
        };
        // It differs from what the first route needs, and so is replaced.
        let is_first = *self.row == ROUTES[0];
        let earlier = || statement(EARLIER).filter(|_| is_first);
        Ok(statement(&key.id).or_else(earlier).cloned())
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![self.key(&run.config.names.function)])
    }

    fn reference(_: &Run, _: &Value) -> CallResult {
        Ok(())
    }

    fn differences(&self, run: &Run, live: &Value) -> Vec<Difference> {
        let desired = self.create_call(run);
        let principal = &live["Principal"]["Service"];
        let source = &live["Condition"]["ArnLike"]["AWS:SourceArn"];
        differences(&[
            ("Action", &live["Action"], desired.get_action()),
            ("Principal", principal, desired.get_principal()),
            ("SourceArn", source, desired.get_source_arn()),
            ("StatementId", &live["Sid"], desired.get_statement_id()),
        ])
    }

    async fn update(&self, _: &Run, _: &Value) -> CallResult {
        unreachable!("a statement is always replaced")
    }

    /// A statement cannot be changed.
    fn must_be_replaced(&self, _: &Run, _: &Value) -> bool {
        true
    }

    async fn remove(&self, run: &Run, live: &Value) -> Result<()> {
        let id = live["Sid"].as_str().unwrap_or_default();
        Ok(remove(run, id).await.map(drop)?)
    }
}

impl Permission {
    fn key(&self, function: impl Into<String>) -> Key {
        Key::within(function, statement_id(&self.row.key()))
    }
}

/// Removes a statement from the function's policy, and says whether it was there
/// (RemovePermission).
///
/// # Errors
/// If AWS refuses.
pub(crate) async fn remove(run: &Run, statement_id: &str) -> CallResult<bool> {
    let name = &run.config.names.function;
    let call = run.aws.lambda.remove_permission().function_name(name);
    let answer = call.statement_id(statement_id).send().await;
    Ok(optional(answer.named("RemovePermission"))?.is_some())
}
