//! Text output on stdout: tokens raw and decoded, the checks, the API's request
//! and response.

use anstyle::Style;
use common::Console;
use serde_json::{Map, Value};

use crate::api::ApiCall;
use crate::jwt::check::{Check, Verdict};
use crate::jwt::decode::Jwt;
use crate::oauth::refresh::Refreshed;
use crate::oauth::token_set::TokenSet;
use crate::output::table::{BAD, GOOD, HEAD, Mark, shorten, table};

/// Prints the tokens, raw and decoded, each under its heading.
pub(crate) fn tokens(console: &Console, tokens: &TokenSet) {
    if let Some(id) = &tokens.id {
        token(console, "id token", id);
    }
    token(console, "access token", &tokens.access);
    if let Some(refresh_token) = &tokens.response.refresh_token {
        heading(console, "Refresh token");
        console.line(refresh_token);
        console.line("");
    }
}

fn token(console: &Console, which: &str, jwt: &Jwt) {
    let (first, rest) = which.split_at(1);
    heading(console, &format!("{}{rest}", first.to_uppercase()));
    console.line(&jwt.raw);
    console.line("");
    heading(console, &format!("Decoded {which}"));
    console.line(&pretty(&jwt.header));
    console.line(&pretty(&jwt.payload));
    console.line("");
}

/// Prints the table of checks.
pub(crate) fn checks(console: &Console, title: &str, checks: &[Check]) {
    heading(console, title);
    let rows = checks.iter().map(|check| {
        let cells = vec![
            check.token.to_owned(),
            check.check.to_owned(),
            shorten(&check.expected),
            shorten(&check.actual),
            check.rule.to_owned(),
        ];
        (verdict(check.verdict), cells)
    });
    let head = ["verdict", "token", "check", "expected", "actual", "rule"];
    table(console, &head, rows.collect());
}

fn verdict(verdict: Verdict) -> Mark {
    match verdict {
        Verdict::Ok => Mark(GOOD, "ok"),
        Verdict::Absent => Mark(Style::new(), "-"),
        Verdict::Fail => Mark(BAD, "FAIL"),
    }
}

/// Prints what a refresh changed: claims by name, values as JSON.
pub(crate) fn changes(console: &Console, refreshed: &Refreshed) {
    heading(console, "After the refresh");
    let rows = refreshed.changes.iter().map(|change| {
        let mark = if change.changed {
            Mark(HEAD, "new")
        } else {
            Mark(Style::new(), "same")
        };
        let (before, after) = (change.before.to_string(), change.after.to_string());
        let cells = vec![
            change.token.to_owned(),
            change.claim.clone(),
            shorten(&before),
            shorten(&after),
        ];
        (mark, cells)
    });
    table(
        console,
        &["value", "token", "claim", "before", "after"],
        rows.collect(),
    );
    let rotated = match refreshed.tokens.refresh_token {
        Some(_) => "The server sent a new refresh token: the previous one may no longer work.",
        None => "The server sent no new refresh token: the previous one keeps working.",
    };
    console.line(rotated);
    console.line("");
}

/// Prints request and response.
pub(crate) fn api_call(console: &Console, call: &ApiCall) {
    heading(console, "Request and response");
    console.line(&call.curl_style());
    if !call.refusal.is_empty() {
        console.line("");
        heading(console, "Why it was refused");
        for line in &call.refusal {
            console.line(line);
        }
    }
}

/// Prints a heading.
pub(crate) fn heading(console: &Console, text: &str) {
    console.line(&format!("{HEAD}# {text}{HEAD:#}"));
}

/// Claims as indented JSON, in the order in which they were received.
pub(crate) fn pretty(claims: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(claims).unwrap_or_default()
}
