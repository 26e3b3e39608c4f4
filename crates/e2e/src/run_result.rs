//! Runs the built programs and checks their results.

use std::path::PathBuf;
use std::process::{Child, Command, Output, Stdio};

/// The test user's password; no output may contain it.
pub const PASSWORD: &str = "correct-horse-42";

/// The path at which cargo has built the program `name`.
pub fn program(name: &str) -> PathBuf {
    // target/debug/deps/test-binary -> target/debug
    let mut path = std::env::current_exe().expect("this test's path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    path.push(name);
    assert!(
        path.exists(),
        "{} is missing: run 'cargo build --workspace --bins'",
        path.display()
    );
    path
}

/// A program's exit code and output.
#[derive(Debug)]
pub struct RunResult {
    /// The exit code; `None` if a signal killed the program.
    pub code: Option<i32>,
    /// What went to stdout.
    pub stdout: String,
    /// What went to stderr.
    pub stderr: String,
}

impl RunResult {
    /// Runs the command until it exits.
    pub fn of(mut command: Command) -> RunResult {
        command.stdin(Stdio::null());
        RunResult::from(command.output().expect("the program starts"))
    }

    /// Waits until the program exits.
    pub fn wait(child: Child) -> RunResult {
        RunResult::from(child.wait_with_output().expect("it ends"))
    }

    /// Asserts the exit code.
    #[track_caller]
    pub fn code(self, code: i32) -> RunResult {
        assert_eq!(self.code, Some(code), "{self:#?}");
        self
    }

    /// Asserts that stdout contains `text`.
    #[track_caller]
    pub fn stdout_has(self, text: &str) -> RunResult {
        assert!(
            self.stdout.contains(text),
            "no {text:?} in the stdout of {self:#?}"
        );
        self
    }

    /// Asserts that stderr contains `text`.
    #[track_caller]
    pub fn stderr_has(self, text: &str) -> RunResult {
        assert!(
            self.stderr.contains(text),
            "no {text:?} in the stderr of {self:#?}"
        );
        self
    }
}

impl From<Output> for RunResult {
    /// Checks the output of every run for what it must never contain.
    fn from(output: Output) -> RunResult {
        let result = RunResult {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        };
        for text in [&result.stdout, &result.stderr] {
            assert!(
                !text.contains(PASSWORD),
                "the password is in the output: {result:#?}"
            );
            assert!(!text.contains("panicked at"), "a panic: {result:#?}");
            assert!(
                !text.contains('\u{1b}'),
                "colour off a terminal: {result:#?}"
            );
        }
        result
    }
}

/// The response status of a GET without a token.
pub async fn get_without_token(url: &str) -> u16 {
    // RFC 6761: names under .localhost resolve to this machine.
    let address: reqwest::Url = url.parse().expect("a URL");
    let host = address.host_str().expect("a host").to_owned();
    let loopback = ([127, 0, 0, 1], address.port().unwrap_or(80)).into();
    let client = reqwest::Client::builder()
        .no_proxy()
        .resolve(&host, loopback)
        .build();
    let answer = client.expect("a client").get(address).send().await;
    answer.expect("an answer").status().as_u16()
}
