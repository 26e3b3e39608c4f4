//! Opens the user's browser: it gets the URL and none of our secrets.

use std::env;
use std::process::Stdio;
use std::sync::Arc;

use common::Console;
use url::Url;

use crate::config::RedirectUri;

/// Opens the URL in `browser`, or in the desktop's default browser. A failure
/// only prints a note: the URL is shown in the terminal anyway.
pub(crate) fn open(console: &Arc<Console>, browser: Option<&str>, url: &Url) {
    let mut last = None;
    for command in commands(browser, url) {
        let program = command.get_program().to_string_lossy().into_owned();
        match start(command) {
            Ok(child) => return watch(console.clone(), program, child),
            Err(error) => last = Some(format!("Cannot open a browser with '{program}': {error}")),
        }
    }
    let problem = last.unwrap_or_else(|| "There is no browser to open".to_owned());
    console.note(&format!("{problem}. Open the address above yourself."));
}

fn commands(browser: Option<&str>, url: &Url) -> Vec<std::process::Command> {
    let Some(browser) = browser else {
        return open::commands(url.as_str());
    };
    // A path, or a command line, with "%s" for the URL as in xdg-open.
    let words: Vec<&str> = if std::path::Path::new(browser).is_file() {
        vec![browser]
    } else {
        browser.split_whitespace().collect()
    };
    let Some((program, arguments)) = words.split_first() else {
        return Vec::new();
    };
    let mut command = std::process::Command::new(program);
    let placed = arguments.iter().any(|argument| argument.contains("%s"));
    command.args(
        arguments
            .iter()
            .map(|argument| argument.replace("%s", url.as_str())),
    );
    if !placed {
        command.arg(url.as_str());
    }
    vec![command]
}

fn start(command: std::process::Command) -> std::io::Result<tokio::process::Child> {
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

/// The password, and every variable that the AWS SDK reads.
fn is_secret(name: &str) -> bool {
    name == "PASSWORD" || name.starts_with("AWS_")
}

fn watch(console: Arc<Console>, program: String, mut child: tokio::process::Child) {
    tokio::spawn(async move {
        if let Ok(status) = child.wait().await
            && !status.success()
        {
            console.note(&format!("'{program}' could not open the browser ({status}). Open the address above yourself."));
        }
    });
}

/// Over SSH the browser is on another machine, and so is its `localhost`:
/// returns the command that forwards the port to this one.
pub(crate) fn ssh_forward(redirect_uri: &RedirectUri) -> Option<String> {
    let connection = env::var("SSH_CONNECTION").ok()?;
    let server = connection.split_whitespace().nth(2)?;
    let name = env::var("USER").or_else(|_| env::var("LOGNAME"));
    let user = name.map(|name| format!("{name}@")).unwrap_or_default();
    let port = redirect_uri.port;
    Some(format!("ssh -L {port}:localhost:{port} {user}{server}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(browser: &str) -> Vec<String> {
        let url = Url::parse("http://localhost/?a=b").unwrap();
        let commands = commands(Some(browser), &url);
        let command = &commands[0];
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        words
            .map(|word| word.to_string_lossy().into_owned())
            .collect()
    }

    #[test]
    fn browser_is_a_program_or_a_command_line() {
        assert_eq!(words("firefox"), ["firefox", "http://localhost/?a=b"]);
        assert_eq!(
            words("chromium --incognito"),
            ["chromium", "--incognito", "http://localhost/?a=b"]
        );
        assert_eq!(
            words("x --url=%s -v"),
            ["x", "--url=http://localhost/?a=b", "-v"]
        );
    }

    #[test]
    fn secrets_stay_here() {
        for name in [
            "PASSWORD",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_ACCESS_KEY_ID",
        ] {
            assert!(is_secret(name));
        }
        assert!(!is_secret("DISPLAY") && !is_secret("HOME"));
    }
}
