//! What went wrong, for `--json`.

use common::{Exit, Failure};
use serde_json::Value;

/// A failure as JSON: its kind, which also decides the exit code, and its words.
pub(crate) fn json(failure: &Failure) -> Value {
    let code = match failure.exit() {
        Exit::Usage => "usage",
        Exit::Interrupted => "interrupted",
        Exit::Done | Exit::Failed | Exit::Refused => "failed",
    };
    let others: Vec<Value> = failure.others().iter().map(json).collect();
    serde_json::json!({ "code": code, "message": failure.to_string(), "hint": failure.hint(), "others": others })
}

/// All that `--json` prints if nothing was done: one object with the error.
pub(crate) fn failed_json(failure: &Failure) -> String {
    let object = serde_json::json!({ "error": json(failure) });
    serde_json::to_string_pretty(&object).unwrap_or_default()
}
