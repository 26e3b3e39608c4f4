//! Output on stdout: text immediately, or one JSON object at the end.

use common::{Console, Failure};
use serde_json::{Map, Value, json};

use crate::api::ApiCall;
use crate::oauth::logout::Logout;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::CheckedTokens;
use crate::output::text::{self, Text};
use crate::transcript::step::Step;

/// Prints text immediately, or one JSON object at the end.
pub(crate) struct Output<'a> {
    text: Text<'a>,
    json: Option<Map<String, Value>>,
}

impl<'a> Output<'a> {
    /// Output as text, with nothing shortened if `whole`; or as JSON if `json`.
    pub(crate) fn new(console: &'a Console, whole: bool, json: bool) -> Self {
        Output {
            text: Text { console, whole },
            json: json.then(Map::new),
        }
    }

    /// The tokens and their checks.
    pub(crate) fn login(&mut self, login: &CheckedTokens) {
        match &mut self.json {
            None => {
                self.text.tokens(&login.tokens);
                self.text.checks("Checks", &login.checks);
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
            None => self.text.api_call(call),
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
                self.text.heading("Userinfo");
                self.text.console.line(&text::pretty(claims));
                self.text.console.line("");
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
                self.text.changes(refreshed);
                self.text
                    .checks("Checks after the refresh", &refreshed.checks);
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
                let console = self.text.console;
                self.text.heading("Logout");
                console.line(logout.text);
                if let Some(address) = &logout.address {
                    console.line("To end the browser's session as well, open:");
                    console.line(address);
                }
                console.line("");
            }
            Some(json) => {
                json.insert("logout".into(), json!(logout));
            }
        }
    }

    /// As text, prints how the login ended.
    pub(crate) fn end(&self, login: &CheckedTokens, call: &ApiCall) {
        if self.json.is_none() {
            self.text.end(login, call);
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
        self.text.console.line(&text);
    }
}
