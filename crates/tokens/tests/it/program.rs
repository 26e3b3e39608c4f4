//! The program under test, started as a person would start it.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, ChildStdin, Command, Output, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::idp::{CLIENT, ISSUER, Idp, PASSWORD, POOL};
use crate::raw_http;

/// The setup of a run of `tokens`.
pub(crate) struct Program {
    pub dir: TempDir,
    pub port: u16,
    pub state: Value,
    pub command: Command,
}

/// A login that waits for its callback.
pub(crate) struct Pending {
    dir: TempDir,
    pub port: u16,
    /// The URL that the person has to open.
    pub address: String,
    child: Child,
    stderr: BufReader<ChildStderr>,
    said: String,
}

/// The exit code and output of a run.
#[derive(Debug)]
pub(crate) struct RunResult {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A free port that no other test gets.
pub(crate) fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = 20_000 + u16::try_from(std::process::id() % 100).unwrap() * 100;
    loop {
        let port = start + NEXT.fetch_add(1, Ordering::Relaxed);
        if ["127.0.0.1", "::1"]
            .iter()
            .all(|host| TcpListener::bind((*host, port)).is_ok())
        {
            return port;
        }
    }
}

impl Program {
    pub(crate) fn new(idp: &Idp, args: &[&str]) -> Program {
        let dir = tempfile::tempdir().unwrap();
        let port = free_port();
        let mut command = Command::new(env!("CARGO_BIN_EXE_tokens"));
        command
            .args(args)
            .current_dir(dir.path())
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("AWS_ENDPOINT_URL", idp.url())
            .env("AWS_SECRET_ACCESS_KEY", "aws-secret-of-the-test")
            .env("PASSWORD", PASSWORD)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let state = json!({
            "state_version": 1,
            "deployment_id": "test",
            "endpoint_url": idp.url(),
            "user_pool_id": POOL,
            "user_pool_jwt_issuer_url": ISSUER,
            "user_pool_username": "Testuser",
            "user_pool_resource_server_id": "HelloAPI",
            "api_scopes": [["hello.read", ""], ["hello.write", ""]],
            "api_route_method": "GET",
            "api_url": format!("{}/dev/hello", idp.url()),
            "terminal_app_client_id": CLIENT,
            "terminal_app_callback_urls": [format!("http://localhost:{port}/callback")],
            "terminal_app_scopes": ["openid", "email", "HelloAPI/hello.read"],
        });
        Program {
            dir,
            port,
            state,
            command,
        }
    }

    /// `tokens` as the client of a provider: without state.json and password.
    pub(crate) fn at_provider(idp: &Idp, args: &[&str]) -> Program {
        let issuer = idp.issuer();
        let provider = ["--issuer", &issuer, "--client-id", CLIENT];
        let mut program = Program::bare(idp, &[&provider, args].concat());
        if !args.contains(&"--redirect-uri") {
            let uri = format!("http://localhost:{}/callback", program.port);
            program.command.args(["--redirect-uri", &uri]);
        }
        program
    }

    /// The program without state.json and password.
    pub(crate) fn bare(idp: &Idp, args: &[&str]) -> Program {
        let mut program = Program::new(idp, args);
        program.state = Value::Null;
        for name in ["AWS_ENDPOINT_URL", "AWS_SECRET_ACCESS_KEY", "PASSWORD"] {
            program.command.env_remove(name);
        }
        program
    }

    pub(crate) fn env(mut self, name: &str, value: &str) -> Program {
        self.command.env(name, value);
        self
    }

    /// Runs another program in its place, with the same environment.
    pub(crate) fn with_command(mut self, program: &str, args: &[&str]) -> Program {
        let mut command = Command::new(program);
        command.args(args).current_dir(self.dir.path()).env_clear();
        let environment = self.command.get_envs();
        command.envs(environment.filter_map(|(name, value)| Some((name, value?))));
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command = command;
        self
    }

    /// Starts it with a pipe to its stdin.
    pub(crate) fn spawn(&mut self) -> (Child, ChildStdin) {
        self.write_state();
        let mut child = self.command.stdin(Stdio::piped()).spawn().unwrap();
        let stdin = child.stdin.take().unwrap();
        (child, stdin)
    }

    /// Runs it until it exits, with `input` on stdin.
    pub(crate) fn run_with_input(&mut self, input: &str) -> RunResult {
        let (child, mut stdin) = self.spawn();
        stdin.write_all(input.as_bytes()).unwrap();
        let result = RunResult::of(child.wait_with_output().unwrap());
        // A terminal that loses its input would end the program with it.
        drop(stdin);
        result
    }

    /// Runs it until it exits, with `input` on stdin, which then ends.
    pub(crate) fn run_with_all_input(&mut self, input: &str) -> RunResult {
        let (child, mut stdin) = self.spawn();
        // A program that does not want it may have ended.
        let _ = stdin.write_all(input.as_bytes());
        drop(stdin);
        RunResult::of(child.wait_with_output().unwrap())
    }

    /// Starts it, and types `typed` once it has printed `asked`.
    pub(crate) fn run_and_type(&mut self, asked: &str, typed: &str) -> RunResult {
        let (mut child, mut stdin) = self.spawn();
        let mut stdout = child.stdout.take().unwrap();
        let mut said = Vec::new();
        let mut buffer = [0; 1024];
        while !String::from_utf8_lossy(&said).contains(asked) {
            let read = stdout.read(&mut buffer).unwrap();
            assert_ne!(read, 0, "no {asked} in {}", String::from_utf8_lossy(&said));
            said.extend_from_slice(&buffer[..read]);
        }
        stdin.write_all(typed.as_bytes()).unwrap();
        stdout.read_to_end(&mut said).unwrap();
        let mut result = RunResult::of(child.wait_with_output().unwrap());
        result.stdout = String::from_utf8(said).unwrap();
        // A terminal that loses its input would end the program with it.
        drop(stdin);
        result
    }

    /// Runs it until it exits.
    pub(crate) fn run(mut self) -> RunResult {
        self.run_and_keep()
    }

    /// What it has written to a file.
    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).unwrap()
    }

    /// Runs it until it exits; keeps the folder and the files in it.
    pub(crate) fn run_and_keep(&mut self) -> RunResult {
        self.write_state();
        RunResult::of(self.command.output().unwrap())
    }

    /// Starts it and waits until it prints the URL to sign in at.
    pub(crate) fn start(mut self) -> Pending {
        self.write_state();
        let mut child = self.command.spawn().unwrap();
        let mut stderr = BufReader::new(child.stderr.take().unwrap());
        let mut said = String::new();
        let address = loop {
            let mut line = String::new();
            assert_ne!(
                stderr.read_line(&mut line).unwrap(),
                0,
                "no address in: {said}"
            );
            said.push_str(&line);
            if line.starts_with("http") {
                break line.trim_end().to_owned();
            }
        };
        Pending {
            dir: self.dir,
            port: self.port,
            address,
            child,
            stderr,
            said,
        }
    }

    fn write_state(&self) {
        if self.state.is_null() {
            return;
        }
        std::fs::write(self.dir.path().join("state.json"), self.state.to_string()).unwrap();
    }
}

impl Pending {
    /// Sends it a signal, such as `INT`, which is that of Ctrl-C.
    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.id().to_string();
        let status = Command::new("kill").args(["-s", name, &id]).status();
        assert!(status.unwrap().success());
    }

    /// The result after the person has signed in.
    pub(crate) fn signed_in(self, idp: &Idp) -> RunResult {
        raw_http::get(&idp.approve(&self.address));
        self.result()
    }

    /// Reads what it says until that contains `text`.
    pub(crate) fn wait_for(&mut self, text: &str) {
        while !self.said.contains(text) {
            let read = self.stderr.read_line(&mut self.said).unwrap();
            assert_ne!(read, 0, "no {text:?} in: {}", self.said);
        }
    }

    /// The result, and the folder with the files that it has written.
    pub(crate) fn result_and_folder(mut self) -> (RunResult, TempDir) {
        let empty = tempfile::tempdir().unwrap();
        let dir = std::mem::replace(&mut self.dir, empty);
        (self.result(), dir)
    }

    pub(crate) fn result(mut self) -> RunResult {
        let mut stdout = String::new();
        self.child
            .stdout
            .take()
            .unwrap()
            .read_to_string(&mut stdout)
            .unwrap();
        self.stderr.read_to_string(&mut self.said).unwrap();
        let code = self.child.wait().unwrap().code();
        RunResult {
            code,
            stdout,
            stderr: std::mem::take(&mut self.said),
        }
    }
}

/// Stops the program, even if the test failed.
impl Drop for Pending {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl RunResult {
    fn of(output: Output) -> RunResult {
        RunResult {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).unwrap(),
            stderr: String::from_utf8(output.stderr).unwrap(),
        }
    }

    /// Everything that it printed: stdout, then stderr.
    pub(crate) fn printed(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }

    pub(crate) fn assert_code(&self, code: i32) -> &RunResult {
        assert_eq!(self.code, Some(code), "{}", self.printed());
        self
    }

    /// Asserts that stdout contains the text.
    pub(crate) fn assert_prints(&self, text: &str) -> &RunResult {
        let stdout = &self.stdout;
        assert!(stdout.contains(text), "no {text:?} in {}", self.printed());
        self
    }

    pub(crate) fn assert_prints_not(&self, text: &str) -> &RunResult {
        let stdout = &self.stdout;
        assert!(!stdout.contains(text), "{text:?} in {}", self.printed());
        self
    }

    /// Asserts that this is the end of stdout.
    pub(crate) fn assert_ends_with(&self, text: &str) -> &RunResult {
        let ends = self.stdout.ends_with(text);
        assert!(ends, "no {text:?} at the end of {}", self.printed());
        self
    }

    /// Asserts that stderr contains the text.
    pub(crate) fn assert_says(&self, text: &str) -> &RunResult {
        let stderr = &self.stderr;
        assert!(stderr.contains(text), "no {text:?} in: {stderr}");
        self
    }

    pub(crate) fn assert_says_not(&self, text: &str) -> &RunResult {
        let stderr = &self.stderr;
        assert!(!stderr.contains(text), "{text:?} in: {stderr}");
        self
    }

    /// The object on stdout.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).expect("JSON and nothing else")
    }
}
