//! What `tokens verify` prints on stdout.

use std::sync::Arc;

use common::{Console, Exit, Result};
use serde_json::{Map, json};

use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::output::error;
use crate::output::text::Text;
use crate::transcript::step::Step;

/// Prints text, or one JSON object.
pub(crate) struct Output {
    console: Arc<Console>,
    whole: bool,
    json: bool,
}

impl Output {
    /// Output as text, with nothing shortened if `whole`, or as JSON.
    pub(crate) fn new(console: &Arc<Console>, whole: bool, json: bool) -> Output {
        Output {
            console: console.clone(),
            whole,
            json,
        }
    }

    /// Prints what came of the verification, and returns the exit code.
    ///
    /// # Errors
    /// Those of `result`.
    pub(crate) fn finish(
        self,
        token: Option<&Jwt>,
        checks: &[Check],
        steps: &[Step],
        result: Result<()>,
    ) -> Result<Exit> {
        if self.json {
            self.json(token, checks, steps, &result);
        } else if let Some(token) = token {
            self.text(token, checks);
        }
        result.map(|()| Exit::Done)
    }

    fn text(&self, token: &Jwt, checks: &[Check]) {
        let text = Text {
            console: &self.console,
            whole: self.whole,
        };
        text.decoded("token", token);
        if checks.is_empty() {
            return;
        }
        text.checks("Checks", checks);
        let held = check::held(checks);
        self.console.line(&match check::failed(checks).len() {
            0 => format!("The token is good: {held} checks hold"),
            failed => format!("Do not accept this token: {held} checks hold, {failed} failed"),
        });
    }

    fn json(&self, token: Option<&Jwt>, checks: &[Check], steps: &[Step], result: &Result<()>) {
        let mut object = Map::new();
        if let Some(jwt) = token {
            let decoded = json!({ "header": jwt.header, "payload": jwt.payload });
            object.insert("token".into(), decoded);
        }
        if !checks.is_empty() {
            object.insert("checks".into(), json!(checks));
        }
        object.insert("steps".into(), json!(steps));
        if let Err(failure) = result {
            object.insert("error".into(), error::json(failure));
        }
        let text = serde_json::to_string_pretty(&object).unwrap_or_default();
        self.console.line(&text);
    }
}
