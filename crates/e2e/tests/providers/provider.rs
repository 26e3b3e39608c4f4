//! A provider on this machine, and `tokens` as its client.

use std::io::{BufRead, BufReader, Read};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};

use e2e::run_result::program;
use e2e::{RunResult, workspace};
use serde_json::Value;
use tempfile::TempDir;

use crate::browser;

/// A provider that runs until this is dropped.
pub(crate) struct Provider {
    process: Child,
    /// Kept open: it goes on to print there.
    _stdout: BufReader<ChildStdout>,
    pub(crate) issuer: String,
    redirect_uri: String,
    dir: TempDir,
}

impl Provider {
    /// Starts the npm package oidc-provider, whose issuer has this path.
    pub(crate) fn oidc_provider(path: &str) -> Provider {
        Provider::oidc_provider_with(&[path])
    }

    /// Starts it with these arguments of its `server.mjs`.
    pub(crate) fn oidc_provider_with(args: &[&str]) -> Provider {
        let folder = workspace().join("crates/e2e/providers/oidc-provider");
        let node = workspace().join(".venv/bin/node");
        assert!(
            node.exists() && folder.join("node_modules").exists(),
            "the provider is not installed: run 'make .venv/.providers'"
        );
        let mut command = Command::new(node);
        command.arg("server.mjs").args(args).current_dir(folder);
        Provider::start(command)
    }

    /// Starts a server made of the Python packages Django and
    /// django-oauth-toolkit.
    pub(crate) fn django_oauth_toolkit() -> Provider {
        let folder = workspace().join("crates/e2e/providers/django-oauth-toolkit");
        let mut command = Command::new(workspace().join(".venv/bin/python"));
        command.arg("server.py").current_dir(folder);
        Provider::start(command)
    }

    /// Starts the Python package Canaille, which takes no other port than the
    /// registered one.
    pub(crate) fn canaille() -> Provider {
        let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = free.local_addr().expect("its number").port();
        drop(free);
        let redirect_uri = format!("http://127.0.0.1:{port}/callback");
        let folder = workspace().join("crates/e2e/providers/canaille");
        let mut command = Command::new(workspace().join(".venv/bin/python"));
        command
            .args(["server.py", &redirect_uri])
            .current_dir(folder);
        let mut provider = Provider::start(command);
        provider.redirect_uri = redirect_uri;
        provider
    }

    /// Starts a program that prints its issuer once it listens.
    fn start(mut command: Command) -> Provider {
        let process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn();
        let mut process = process.expect("the provider starts");
        let stdout = process.stdout.take().expect("its stdout");
        let mut stdout = BufReader::new(stdout);
        let mut lines = stdout.by_ref().lines().map_while(Result::ok);
        let issuer = lines
            .find(|line| line.starts_with("http"))
            .expect("it prints its issuer: run 'make .venv/.providers'");
        Provider {
            process,
            _stdout: stdout,
            issuer,
            redirect_uri: "http://127.0.0.1:0/callback".to_owned(),
            dir: TempDir::new().expect("a folder"),
        }
    }

    /// `tokens` with these arguments, in a folder without a state.json.
    pub(crate) fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(program("tokens"));
        command
            .args(args)
            .current_dir(self.dir.path())
            .env_clear()
            .env("BROWSER", browser::command_line());
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command
    }

    /// `tokens` as a client that signs a person in.
    pub(crate) fn client(&self, client_id: &str, args: &[&str]) -> Command {
        let own = [
            "--issuer",
            &self.issuer,
            "--client-id",
            client_id,
            "--redirect-uri",
            &self.redirect_uri,
            "--timeout",
            "60",
        ];
        self.command(&[&own, args].concat())
    }

    /// Signs a person in as the client.
    pub(crate) fn sign_in(&self, client_id: &str, args: &[&str]) -> RunResult {
        RunResult::of(self.client(client_id, args))
    }

    /// Signs a person in, and returns what `--json` prints.
    pub(crate) fn login(&self, client_id: &str, args: &[&str]) -> Value {
        json(self.sign_in(client_id, &[&["--json"], args].concat()))
    }

    /// Runs `tokens verify` with the token in a file.
    pub(crate) fn verify(&self, token: &str, args: &[&str]) -> RunResult {
        let file = self.dir.path().join("token");
        std::fs::write(&file, token).expect("written");
        let own = ["verify", "token", "--issuer", &self.issuer];
        RunResult::of(self.command(&[&own, args].concat()))
    }

    /// The folder in which `tokens` runs.
    pub(crate) fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// What `tokens` has written.
    pub(crate) fn file(&self, name: &str) -> String {
        std::fs::read_to_string(self.dir.path().join(name)).expect("the file")
    }
}

/// What a run with `--json` has printed.
pub(crate) fn json(result: RunResult) -> Value {
    serde_json::from_str(&result.code(0).stdout).expect("JSON")
}

impl Drop for Provider {
    fn drop(&mut self) {
        // The wrapper that starts it would not pass a signal on: it ends with
        // its standard input.
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}
