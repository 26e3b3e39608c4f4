//! Output on stdout: text immediately, one JSON object at the end, or one token.

use std::sync::Arc;

use common::text::visible_line;
use common::{Console, Failure, Result};
use serde_json::{Map, Value, json};

use crate::api::ApiCall;
use crate::args::{GrantArgs, PrintedToken};
use crate::config::client::ClientConfig;
use crate::jwt::proof_key::ProofKey;
use crate::oauth::grant::Grant;
use crate::oauth::logout::Logout;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::CheckedTokens;
use crate::oauth::userinfo::UserInfo;
use crate::output::error;
use crate::output::text::{self, Text};
use crate::transcript::step::Step;

/// What goes to stdout.
enum Mode {
    /// Everything as text, immediately.
    Text,
    /// One JSON object at the end, with `--json`.
    Json(Map<String, Value>),
    /// One token and nothing else, with `--print`.
    Token,
}

/// Prints text immediately, or one JSON object at the end, or one token.
pub(crate) struct Output {
    console: Arc<Console>,
    /// Whether text is shortened nowhere.
    whole: bool,
    mode: Mode,
}

impl Output {
    /// Output as the flags demand; text with nothing shortened if `whole`.
    pub(crate) fn new(console: &Arc<Console>, whole: bool, args: &GrantArgs) -> Self {
        let mode = match (args.json, args.print) {
            (true, _) => Mode::Json(Map::new()),
            (false, Some(_)) => Mode::Token,
            (false, None) => Mode::Text,
        };
        Output {
            console: console.clone(),
            whole,
            mode,
        }
    }

    fn text(&self) -> Text<'_> {
        Text {
            console: &self.console,
            whole: self.whole,
        }
    }

    /// The tokens and their checks.
    pub(crate) fn login(&mut self, login: &CheckedTokens) {
        match &mut self.mode {
            Mode::Text => {
                let text = self.text();
                text.tokens(&login.tokens);
                text.checks("Checks", &login.checks);
            }
            Mode::Json(json) => {
                json.insert("tokens".into(), json!(login.tokens.response));
                json.insert("decoded".into(), login.tokens.decoded_json());
                json.insert("checks".into(), json!(login.checks));
            }
            Mode::Token => {}
        }
    }

    /// The API's request and response.
    pub(crate) fn api_call(&mut self, call: &ApiCall) {
        match &mut self.mode {
            Mode::Text => self.text().api_call(call),
            Mode::Json(json) => {
                json.insert("request".into(), call.request_json());
                json.insert("response".into(), call.response_json());
            }
            Mode::Token => {}
        }
    }

    /// The claims from the userinfo endpoint.
    pub(crate) fn userinfo(&mut self, answer: &UserInfo) {
        match &mut self.mode {
            Mode::Text => {
                self.text().heading("Userinfo");
                self.console.line(&text::pretty(&answer.claims));
                if answer.signed {
                    self.console
                        .line("It was signed: signature, iss, aud and sub have been verified.");
                }
                self.console.line("");
            }
            Mode::Json(json) => {
                json.insert("userinfo".into(), json!(answer.claims));
            }
            Mode::Token => {}
        }
    }

    /// The tokens after a refresh, their changes and their checks.
    pub(crate) fn refreshed(&mut self, refreshed: &Refreshed) {
        match &mut self.mode {
            Mode::Text => {
                let text = self.text();
                text.changes(refreshed);
                text.checks("Checks after the refresh", &refreshed.checks);
            }
            Mode::Json(json) => {
                json.insert(
                    "refresh".into(),
                    json!({ "tokens": refreshed.tokens.response, "changes": refreshed.changes, "checks": refreshed.checks }),
                );
            }
            Mode::Token => {}
        }
    }

    /// The result of `--logout`.
    pub(crate) fn logout(&mut self, logout: &Logout) {
        match &mut self.mode {
            Mode::Text => {
                self.text().heading("Logout");
                self.console.line(&logout.text);
                if let Some(address) = &logout.address {
                    self.console
                        .line("To end the browser's session as well, open:");
                    self.console.line(&visible_line(address));
                }
                self.console.line("");
            }
            Mode::Json(json) => {
                json.insert("logout".into(), json!(logout));
            }
            Mode::Token => {}
        }
    }

    /// The key that the tokens are bound to, and the proof that went with the
    /// request for them.
    pub(crate) fn binding(&mut self, key: &ProofKey) {
        let (thumbprint, proof) = (key.thumbprint(), key.newest_proof());
        match &mut self.mode {
            Mode::Text => self.text().binding(thumbprint, proof.as_ref()),
            Mode::Json(json) => {
                let proof = proof.map(|jwt| json!({"header": jwt.header, "payload": jwt.payload}));
                let binding = json!({"thumbprint": thumbprint, "proof": proof});
                json.insert("dpop".into(), binding);
            }
            Mode::Token => {}
        }
    }

    /// As text, prints how the run of this grant ended.
    pub(crate) fn end(
        &self,
        grant: Grant,
        config: &ClientConfig,
        login: &CheckedTokens,
        call: Option<&ApiCall>,
    ) {
        if let Mode::Text = self.mode {
            let begin = if grant.has_person() {
                format!("Signed in as {}", login.tokens.username())
            } else {
                format!("Access token for the client {}", config.client_id)
            };
            self.text().end(&begin, login, call);
        }
    }

    /// With `--json`, every step, which as text `--explain` prints.
    pub(crate) fn steps(&mut self, steps: &[Step]) {
        if let Mode::Json(json) = &mut self.mode {
            json.insert("steps".into(), json!(steps));
        }
    }

    /// With `--json`, what went wrong.
    fn failed(&mut self, failure: &Failure) {
        if let Mode::Json(json) = &mut self.mode {
            json.insert("error".into(), error::json(failure));
        }
    }

    /// With `--print`, prints the token.
    ///
    /// # Errors
    /// If there is none.
    pub(crate) fn token(&self, which: PrintedToken, token: Option<&str>) -> Result<()> {
        let token = token.ok_or_else(|| no_token(which))?;
        self.console.line(&visible_line(token));
        Ok(())
    }

    /// With `--json`, prints the object, with what went wrong if something did.
    /// Returns the result.
    ///
    /// # Errors
    /// That of the result.
    pub(crate) fn close<T>(mut self, result: Result<T>) -> Result<T> {
        if let Err(failure) = &result {
            self.failed(failure);
        }
        if let Mode::Json(json) = self.mode {
            let text = serde_json::to_string_pretty(&json).unwrap_or_default();
            self.console.line(&text);
        }
        result
    }
}

fn no_token(which: PrintedToken) -> Failure {
    let failure = |which| Failure::failed(format!("There is no {which} token to print"));
    match which {
        PrintedToken::Access => failure("access"),
        PrintedToken::Id => failure("id").with_hint("the scope openid is what gives one"),
        PrintedToken::Refresh => {
            failure("refresh").with_hint("many servers give one only with the scope offline_access")
        }
    }
}
