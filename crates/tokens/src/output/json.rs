//! What all JSON on stdout shares.

use common::{Exit, Failure};
use serde_json::{Value, json};

/// A failure as JSON: its kind, which also decides the exit code, and its words.
pub(crate) fn error(failure: &Failure) -> Value {
    let code = match failure.exit() {
        Exit::Usage => "usage",
        Exit::Interrupted => "interrupted",
        Exit::Done | Exit::Failed | Exit::Refused => "failed",
    };
    let others: Vec<Value> = failure.others().iter().map(error).collect();
    json!({ "code": code, "message": failure.to_string(), "hint": failure.hint(), "others": others })
}
