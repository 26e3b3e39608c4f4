//! What a person reads on stdout: tokens raw and decoded, the checks, the
//! API's request and response.

use anstyle::{AnsiColor, Style};
use api_core::Console;
use serde_json::{Map, Value};

use crate::jwt::Jwt;
use crate::login::Login;
use crate::request::Exchange;
use crate::verify::{Check, Verdict};

const GOOD: Style = AnsiColor::Green.on_default().bold();
const BAD: Style = AnsiColor::Red.on_default().bold();
const HEAD: Style = Style::new().bold();

/// Prints the tokens, raw and decoded, each under its heading.
pub(crate) fn tokens(console: &Console, login: &Login) {
    if let Some(id) = &login.id {
        token(console, "id token", id);
    }
    token(console, "access token", &login.access);
    if let Some(refresh_token) = &login.tokens.refresh_token {
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
    let shown: Vec<[String; 5]> = checks.iter().map(cells).collect();
    let head = ["token", "check", "expected", "actual", "rule"].map(str::to_owned);
    let widths: [usize; 5] = std::array::from_fn(|column| {
        let cells = shown
            .iter()
            .chain([&head])
            .map(|row| row[column].chars().count());
        cells.max().unwrap_or_default()
    });
    let line = |verdict: &str, row: &[String; 5]| {
        let cells: Vec<String> = (0..5)
            .map(|i| format!("{:width$}", row[i], width = widths[i]))
            .collect();
        console.line(format!("{verdict}  {}", cells.join("  ")).trim_end());
    };
    line(&format!("{HEAD}verdict{HEAD:#}"), &head);
    for (check, row) in checks.iter().zip(&shown) {
        let verdict = match check.verdict {
            Verdict::Ok => format!("{GOOD}ok     {GOOD:#}"),
            Verdict::Absent => "-      ".to_owned(),
            Verdict::Fail => format!("{BAD}FAIL   {BAD:#}"),
        };
        line(&verdict, row);
    }
    console.line("");
}

fn cells(check: &Check) -> [String; 5] {
    [
        check.token.to_owned(),
        check.check.to_owned(),
        shorten(&check.expected),
        shorten(&check.actual),
        check.rule.to_owned(),
    ]
}

/// Long values keep their ends: the decoded token has them whole.
fn shorten(text: &str) -> String {
    const MOST: usize = 34;
    let text = crate::redirect::printable(text);
    let count = text.chars().count();
    if count <= MOST {
        return text;
    }
    let head: String = text.chars().take(MOST / 2 - 1).collect();
    let tail: String = text.chars().skip(count - MOST / 2).collect();
    format!("{head}…{tail}")
}

/// Prints request and response.
pub(crate) fn exchange(console: &Console, exchange: &Exchange) {
    heading(console, "Request and response");
    console.line(&exchange.curl_style());
}

/// Prints a heading.
pub(crate) fn heading(console: &Console, text: &str) {
    console.line(&format!("{HEAD}# {text}{HEAD:#}"));
}

/// Claims as indented JSON, in the order in which they came.
pub(crate) fn pretty(claims: &Map<String, Value>) -> String {
    serde_json::to_string_pretty(claims).unwrap_or_default()
}
