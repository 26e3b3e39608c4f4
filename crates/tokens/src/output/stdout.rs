//! Output on stdout: text immediately, or one JSON object at the end.

use common::{Console, Failure};
use serde_json::{Map, Value, json};

use crate::api::ApiCall;
use crate::oauth::logout::Logout;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::CheckedTokens;
use crate::output::text;
use crate::transcript::step::Step;

/// Prints text immediately, or one JSON object at the end.
pub(crate) struct Output<'a> {
    console: &'a Console,
    json: Option<Map<String, Value>>,
}

impl<'a> Output<'a> {
    /// Output as text, or as JSON if `json`.
    pub(crate) fn new(console: &'a Console, json: bool) -> Self {
        Output {
            console,
            json: json.then(Map::new),
        }
    }

    /// The tokens and their checks.
    pub(crate) fn login(&mut self, login: &CheckedTokens) {
        match &mut self.json {
            None => {
                text::tokens(self.console, &login.tokens);
                text::checks(self.console, "Checks", &login.checks);
            }
            Some(json) => {
                json.insert("tokens".into(), json!(login.tokens.response));
                json.insert("decoded".into(), login.tokens.decoded_json());
                json.insert("checks".into(), json!(login.checks));
            }
        }
    }

    /// The API's request and response.
    pub(crate) fn api_call(&mut self, call: &ApiCall) {
        match &mut self.json {
            None => {
                text::api_call(self.console, call);
                self.console.line("");
            }
            Some(json) => {
                json.insert("request".into(), call.request_json());
                json.insert("response".into(), call.response_json());
            }
        }
    }

    /// The claims from the userinfo endpoint.
    pub(crate) fn userinfo(&mut self, claims: &Map<String, Value>) {
        match &mut self.json {
            None => {
                text::heading(self.console, "Userinfo");
                self.console.line(&text::pretty(claims));
                self.console.line("");
            }
            Some(json) => {
                json.insert("userinfo".into(), json!(claims));
            }
        }
    }

    /// The tokens after a refresh, their changes and their checks.
    pub(crate) fn refreshed(&mut self, refreshed: &Refreshed) {
        match &mut self.json {
            None => {
                text::changes(self.console, refreshed);
                text::checks(self.console, "Checks after the refresh", &refreshed.checks);
            }
            Some(json) => {
                json.insert(
                    "refresh".into(),
                    json!({ "tokens": refreshed.tokens, "changes": refreshed.changes, "checks": refreshed.checks }),
                );
            }
        }
    }

    /// The result of `--logout`.
    pub(crate) fn logout(&mut self, logout: &Logout) {
        match &mut self.json {
            None => {
                text::heading(self.console, "Logout");
                self.console.line(logout.text);
                if let Some(address) = &logout.address {
                    self.console
                        .line("To end the browser's session as well, open:");
                    self.console.line(address);
                }
            }
            Some(json) => {
                json.insert("logout".into(), json!(logout));
            }
        }
    }

    /// With `--json`, prints the JSON object: with every step, which as text
    /// `--explain` prints, and with what went wrong.
    pub(crate) fn finish(&mut self, steps: &[Step], failure: Option<&Failure>) {
        let Some(mut json) = self.json.take() else {
            return;
        };
        json.insert("steps".into(), json!(steps));
        if let Some(failure) = failure {
            let error = json!({ "message": failure.to_string(), "hint": failure.hint() });
            json.insert("error".into(), error);
        }
        let text = serde_json::to_string_pretty(&json).unwrap_or_default();
        self.console.line(&text);
    }
}
