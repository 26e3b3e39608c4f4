//! Opens the user's browser: it gets the URL and none of our secrets.

use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use common::Console;
use url::Url;

use crate::config::redirect_uri::RedirectUri;

/// Opens the URL in the first of these that works: those that `browser` lists,
/// or the desktop's default browser. If none does, a note says so, and what to do
/// `instead`: the URL is shown in the terminal anyway.
pub(crate) fn open(
    console: &Arc<Console>,
    browser: Option<&str>,
    url: &Url,
    instead: &'static str,
) {
    let commands = match browser {
        Some(browser) => commands(browser, url),
        None => open::commands(url.as_str()),
    };
    let console = console.clone();
    tokio::spawn(async move {
        let mut problem = "There is no browser to open".to_owned();
        for command in commands {
            match run(command).await {
                Ok(()) => return,
                Err(why) => problem = why,
            }
        }
        console.note(&format!("{problem}. {instead}"));
    });
}

/// What to do where this machine has no browser, a container for example, and the
/// answer comes back through one.
pub(crate) const INSTEAD: &str = "Open the address above yourself: in a browser of this machine, or in any other, and then paste here the address that it shows at the end (--no-browser)";

/// `BROWSER`: one command line, or several between colons, as Python's
/// `webbrowser` and xdg-open read it.
fn commands(browser: &str, url: &Url) -> Vec<Command> {
    let is_program = |text: &str| Path::new(text).is_file();
    if is_program(browser) {
        return command(&[browser], url).into_iter().collect();
    }
    let words = command_lines(browser).into_iter().map(|line| {
        if is_program(line) {
            return vec![line];
        }
        line.split_whitespace().collect()
    });
    words.filter_map(|words| command(&words, url)).collect()
}

/// The text between the colons that separate: those before another program, not
/// those of `host:8080`, `http://` or `a::b` in an argument.
fn command_lines(list: &str) -> Vec<&str> {
    let mut lines = Vec::new();
    let mut begin = 0;
    for (at, _) in list.match_indices(':') {
        let rest = &list[at + 1..];
        let next = rest.trim_start();
        let before_program = next.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        let in_argument = list[..at].ends_with(':') || rest.starts_with("//");
        if next.is_empty() || (before_program && !in_argument) {
            lines.push(list[begin..at].trim());
            begin = at + 1;
        }
    }
    lines.push(list[begin..].trim());
    lines
}

/// A program and its arguments, with the URL in place of `%s` or at the end.
fn command(words: &[&str], url: &Url) -> Option<Command> {
    let (program, arguments) = words.split_first()?;
    let mut command = Command::new(program);
    let placed = arguments.iter().any(|argument| argument.contains("%s"));
    let filled = arguments.iter().map(|a| a.replace("%s", url.as_str()));
    command.args(filled);
    if !placed {
        command.arg(url.as_str());
    }
    Some(command)
}

/// Runs a browser, or a program that opens one.
///
/// # Errors
/// Why it did not open.
async fn run(command: Command) -> Result<(), String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let mut child = start(command)
        .map_err(|error| format!("Cannot open a browser with '{program}': {error}"))?;
    match child.wait().await {
        Ok(status) if !status.success() => {
            Err(format!("'{program}' could not open the browser ({status})"))
        }
        _ => Ok(()),
    }
}

fn start(command: Command) -> std::io::Result<tokio::process::Child> {
    let mut command = tokio::process::Command::from(command);
    for (name, _) in env::vars_os() {
        if is_secret(&name.to_string_lossy()) {
            command.env_remove(name);
        }
    }
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        // Ctrl-C in the terminal is for us, not for the user's browser.
        .process_group(0)
        .spawn()
}

/// The password, a client's secret, and every variable that the AWS SDK reads.
fn is_secret(name: &str) -> bool {
    name == "PASSWORD" || name == "CLIENT_SECRET" || name.starts_with("AWS_")
}

/// Over SSH the browser is on another machine, and so is its `localhost`:
/// returns the command that forwards the port to this one.
pub(crate) fn ssh_forward(redirect_uri: &RedirectUri) -> Option<String> {
    // The client's address and port, then the server's.
    let connection = env::var("SSH_CONNECTION").ok()?;
    let mut words = connection.split_whitespace().skip(2);
    let server = words.next()?;
    let ssh_port = match words.next() {
        None | Some("22") => String::new(),
        Some(port) => format!("-p {port} "),
    };
    let name = env::var("USER").or_else(|_| env::var("LOGNAME"));
    let user = name.map(|name| format!("{name}@")).unwrap_or_default();
    let port = redirect_uri.port;
    Some(format!(
        "ssh {ssh_port}-L {port}:localhost:{port} {user}{server}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(browser: &str) -> Vec<String> {
        let url = Url::parse("http://localhost/?a=b").unwrap();
        let lines = commands(browser, &url).into_iter().map(|command| {
            let words = std::iter::once(command.get_program()).chain(command.get_args());
            let shown: Vec<_> = words.map(|word| word.to_string_lossy()).collect();
            shown.join(" ")
        });
        lines.collect()
    }

    #[test]
    fn browser_is_a_list_of_programs_or_command_lines() {
        const URL: &str = "http://localhost/?a=b";
        for (browser, lines) in [
            ("firefox", vec![format!("firefox {URL}")]),
            (
                "firefox:chromium",
                vec![format!("firefox {URL}"), format!("chromium {URL}")],
            ),
            (
                "x --url=%s -v : chromium --incognito:",
                vec![
                    format!("x --url={URL} -v"),
                    format!("chromium --incognito {URL}"),
                ],
            ),
            (
                "x --proxy=localhost:8080 a::b %s:/usr/bin/y",
                vec![
                    format!("x --proxy=localhost:8080 a::b {URL}"),
                    format!("/usr/bin/y {URL}"),
                ],
            ),
            (
                "x --home=http://example.com %s",
                vec![format!("x --home=http://example.com {URL}")],
            ),
            (":", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(words(browser), lines, "{browser}");
        }
        // A path may have spaces and colons in it.
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("my:own browser");
        std::fs::write(&file, "").unwrap();
        let path = file.to_str().unwrap();
        assert_eq!(words(path), [format!("{path} {URL}")]);
    }

    #[test]
    fn secrets_stay_here() {
        for name in [
            "PASSWORD",
            "CLIENT_SECRET",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_ACCESS_KEY_ID",
        ] {
            assert!(is_secret(name));
        }
        assert!(!is_secret("DISPLAY") && !is_secret("HOME"));
    }
}
