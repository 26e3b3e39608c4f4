//! Text output on stdout: tokens raw and decoded, the checks, the API's request
//! and response.

use anstyle::Style;
use common::text::{printable, visible_line};
use common::{Console, StyledText};
use serde_json::{Map, Value};

use crate::api::ApiCall;
use crate::jwt::access_token::AccessToken;
use crate::jwt::check::{Check, Verdict, held};
use crate::jwt::decode::Jwt;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::{CheckedTokens, TokenSet};
use crate::output::table::{BAD, GOOD, HEAD, Mark, NOTE, Row, USUAL_WIDTH, fit, shorten, table};

/// Prints on stdout, and shortens what is wider than the terminal.
#[derive(Clone, Copy)]
pub(crate) struct Text<'a> {
    pub console: &'a Console,
    /// Whether to shorten nothing.
    pub whole: bool,
}

impl Text<'_> {
    /// Prints the tokens, raw and decoded, each under its heading. What is not
    /// read on a terminal gets them whole.
    pub(crate) fn tokens(self, tokens: &TokenSet) {
        if let Some(id) = &tokens.id {
            self.token("id token", id);
        }
        self.access_token(&tokens.access);
        if let Some(refresh_token) = &tokens.response.refresh_token {
            self.heading("Refresh token");
            self.console.line(&self.one_line(refresh_token));
            self.console.line("");
        }
        let access = [&*tokens.access.raw].into_iter();
        let mut all = access.chain(tokens.id.as_ref().map(|id| &*id.raw));
        if all.any(|raw| self.one_line(raw) != raw) {
            self.console
                .note("tokens are cut to fit the terminal: --explain or --json prints them whole");
        }
    }

    /// Prints the access token, decoded if it is a JWT.
    fn access_token(self, access: &AccessToken) {
        if let Some(jwt) = &access.jwt {
            return self.token("access token", jwt);
        }
        self.heading("Access token");
        self.console.line(&self.one_line(&access.raw));
        self.console.line("");
        self.console
            .line("It is opaque: only the API and the server can read it (RFC 6749 section 1.4).");
        self.console.line("");
    }

    fn token(self, which: &str, jwt: &Jwt) {
        let (first, rest) = which.split_at(1);
        self.heading(&format!("{}{rest}", first.to_uppercase()));
        self.console.line(&self.one_line(&jwt.raw));
        self.console.line("");
        self.decoded(which, jwt);
    }

    /// Prints header and payload.
    pub(crate) fn decoded(self, which: &str, jwt: &Jwt) {
        self.heading(&format!("Decoded {which}"));
        self.console.line(&pretty(&jwt.header));
        self.console.line(&pretty(&jwt.payload));
        self.console.line("");
    }

    /// The text, shortened to one line if a person reads it on a terminal.
    fn one_line(self, text: &str) -> String {
        let text = visible_line(text);
        match self.console.columns() {
            Some(columns) if !self.whole => shorten(&text, columns),
            _ => text,
        }
    }

    /// Shortens two columns of a table to what fits in a line.
    fn fit(self, head: &[&'static str], rows: &mut [Row], columns: [usize; 2]) {
        if !self.whole {
            let width = self.console.columns().unwrap_or(USUAL_WIDTH);
            fit(head, rows, columns, width);
        }
    }

    /// Prints the table of checks, those of each token under its name.
    pub(crate) fn checks(self, title: &str, checks: &[Check]) {
        self.heading(title);
        let mut rows: Vec<Row> = Vec::new();
        let mut group = None;
        for check in checks {
            if group.replace(check.token) != Some(check.token) {
                rows.push((Mark(HEAD, group_title(check.token)), Vec::new()));
            }
            let cells = [check.check, &check.expected, &check.actual, check.rule];
            rows.push((verdict(check.verdict), cells.map(visible_line).to_vec()));
        }
        let head = ["verdict", "check", "expected", "actual", "rule"];
        self.fit(&head, &mut rows, [1, 2]);
        table(self.console, &head, rows);
    }

    /// Prints what a refresh changed: claims by name, values as JSON.
    pub(crate) fn changes(self, refreshed: &Refreshed) {
        self.heading("After the refresh");
        let mut rows: Vec<Row> = Vec::new();
        for change in &refreshed.changes {
            let mark = if change.changed {
                Mark(HEAD, "new")
            } else {
                Mark(Style::new(), "same")
            };
            let (before, after) = (change.before.to_string(), change.after.to_string());
            let cells = [change.token, &change.claim, &before, &after];
            rows.push((mark, cells.map(visible_line).to_vec()));
        }
        let head = ["value", "token", "claim", "before", "after"];
        self.fit(&head, &mut rows, [2, 3]);
        table(self.console, &head, rows);
        match &refreshed.tokens.response.refresh_token {
            Some(newest) => {
                self.console.line(
                    "The server sent a new refresh token: the previous one may no longer work.",
                );
                self.console.line("");
                self.heading("New refresh token");
                self.console.line(&self.one_line(newest));
            }
            None => self
                .console
                .line("The server sent no new refresh token: the previous one keeps working."),
        }
        self.console.line("");
    }

    /// Prints request and response. The response is printed as it came.
    pub(crate) fn api_call(self, call: &ApiCall) {
        self.heading("Request and response");
        for line in call.curl_style().split('\n') {
            if line.starts_with("> ") {
                self.console.line(&self.one_line(line));
            } else {
                self.console.line(line);
            }
        }
        if !call.refusal.is_empty() {
            self.console.line("");
            self.heading("Why it was refused");
            for line in &call.refusal {
                self.console.line(line);
            }
        }
        self.console.line("");
    }

    /// Prints the key that the access token is bound to, and the proof that this
    /// program has it.
    pub(crate) fn binding(self, thumbprint: &str, proof: Option<&Jwt>) {
        self.heading("DPoP: the access token is bound to a key");
        self.console
            .line(&format!("Thumbprint of the key (RFC 7638): {thumbprint}"));
        self.console.line(
            "The key was made for this run, in memory. Without it, the token is worth nothing:",
        );
        self.console
            .line("each request needs a new proof, signed with it (RFC 9449).");
        self.console.line("");
        if let Some(proof) = proof {
            self.decoded("proof for the token endpoint", proof);
        }
    }

    /// Prints how the run ended, in one sentence with this beginning.
    pub(crate) fn end(self, begin: &str, login: &CheckedTokens, call: Option<&ApiCall>) {
        let begin = printable(begin);
        let held = held(&login.checks);
        let api = match call {
            Some(call) => format!("the API answered {}", call.response.status.as_u16()),
            None => "no API was called (--api URL names one)".to_owned(),
        };
        self.console
            .line(&format!("{begin}: {held} checks hold, {api}"));
    }

    pub(crate) fn heading(self, text: &str) {
        self.console
            .styled_line(&StyledText::new(HEAD, format!("# {text}")));
    }
}

/// The heading of a token's checks.
fn group_title(token: &str) -> &'static str {
    match token {
        "id" => "id token",
        "access" => "access token",
        "token" => "token",
        _ => "both tokens",
    }
}

fn verdict(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Ok => Mark(GOOD, "ok"),
        Verdict::Absent => Mark(Style::new(), "-"),
        Verdict::Note => Mark(NOTE, "note"),
        Verdict::Fail => Mark(BAD, "FAIL"),
    }
}

/// Claims as indented JSON, in the order in which they were received.
pub(crate) fn pretty(claims: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(claims).unwrap_or_default()
}
