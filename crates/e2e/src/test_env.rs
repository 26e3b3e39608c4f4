//! A test environment: an empty folder, an account, environment variables.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use aws_config::SdkConfig;
use tempfile::TempDir;

use crate::cloud::Lease;
use crate::run_result::{PASSWORD, RunResult, program};
use crate::{Inventory, inventory, workspace};

/// MiniStack derives the account from the access key; this is its default one.
const ACCOUNT: &str = "000000000000";

/// A folder in which the programs run, and their settings.
#[derive(Debug)]
pub struct TestEnv {
    dir: TempDir,
    settings: BTreeMap<String, String>,
    cloud: Option<Arc<Lease>>,
}

impl TestEnv {
    /// A new environment in an empty local cloud.
    pub fn new() -> TestEnv {
        let cloud = Lease::new();
        let mut env = TestEnv::at(&cloud.url);
        env.cloud = Some(Arc::new(cloud));
        env
    }

    /// A new environment in which `create` has succeeded.
    #[track_caller]
    pub fn with_stack() -> TestEnv {
        let env = TestEnv::new();
        env.create().code(0);
        env
    }

    /// An environment for the endpoint `url`, where there may be no cloud.
    pub fn at(url: &str) -> TestEnv {
        let env = TestEnv {
            dir: TempDir::new().expect("a folder"),
            settings: BTreeMap::new(),
            cloud: None,
        };
        env.set("AWS_ENDPOINT_URL", url)
            .set("AWS_DEFAULT_REGION", "us-east-1")
            .set("AWS_ACCESS_KEY_ID", ACCOUNT)
            .set("AWS_SECRET_ACCESS_KEY", "test-secret-key")
            .set("PASSWORD", PASSWORD)
            .set("DOMAIN_PREFIX", "hello-42")
            // Calls to the local cloud take effect at once; tests that need
            // more time set a larger value.
            .set("SETTLE_SECONDS", "1")
            .set("LAMBDA_ZIP", &zip().display().to_string())
    }

    /// A second environment in the same cloud, with its own folder.
    pub fn colleague(&self) -> TestEnv {
        TestEnv {
            dir: TempDir::new().expect("a folder"),
            settings: self.settings.clone(),
            cloud: self.cloud.clone(),
        }
    }

    /// The same with resource names of their own, which end in `-name`.
    pub fn colleague_named(&self, name: &str) -> TestEnv {
        self.colleague()
            .set("NAME_SUFFIX", &format!("-{name}"))
            .set("DOMAIN_PREFIX", &format!("hello-{name}"))
    }

    /// Environments for `people` in the same cloud, each with its own resource
    /// names, all behind the proxy at `url`.
    pub fn class(&self, people: usize, url: &str) -> Vec<TestEnv> {
        let person = |number: usize| {
            let env = self.colleague_named(&number.to_string());
            env.set("AWS_ENDPOINT_URL", url)
        };
        (0..people).map(person).collect()
    }

    /// The cloud's own URL, whatever `AWS_ENDPOINT_URL` is set to.
    pub fn cloud_url(&self) -> &str {
        &self.cloud.as_ref().expect("an environment in a cloud").url
    }

    /// Adds or replaces a setting.
    pub fn set(mut self, name: &str, value: &str) -> TestEnv {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Like [`TestEnv::set`], in place.
    pub fn change(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// Removes a setting.
    pub fn unset(mut self, name: &str) -> TestEnv {
        self.settings.remove(name);
        self
    }

    /// The value of a setting.
    pub fn setting(&self, name: &str) -> &str {
        &self.settings[name]
    }

    /// The folder.
    pub fn dir(&self) -> &Path {
        self.dir.path()
    }

    /// The path of state.json.
    pub fn state_path(&self) -> PathBuf {
        self.dir().join("state.json")
    }

    /// The current content of state.json.
    pub fn state(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.state_path()).expect("state.json");
        serde_json::from_str(&text).expect("JSON")
    }

    /// Changes state.json.
    pub fn edit_state(&self, edit: impl FnOnce(&mut serde_json::Value)) {
        let mut state = self.state();
        edit(&mut state);
        std::fs::write(self.state_path(), state.to_string()).expect("state.json");
    }

    /// An id or a name in state.json.
    pub fn recorded(&self, key: &str) -> String {
        self.state()[key].as_str().expect(key).to_owned()
    }

    /// A command that runs one of the programs in the folder, with these
    /// settings; of this machine's environment it gets only what it needs.
    pub fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program(name));
        command.args(args);
        self.prepared(command)
    }

    /// The same for a program that was built elsewhere.
    pub fn command_at(&self, path: &Path) -> Command {
        self.prepared(Command::new(path))
    }

    /// The same for a line of shell.
    pub fn shell(&self, line: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", line]);
        self.prepared(command)
    }

    fn prepared(&self, mut command: Command) -> Command {
        command
            .current_dir(self.dir())
            .env_clear()
            .envs(&self.settings);
        command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
        command.env("HOME", self.dir());
        command
    }

    /// Runs a program until it exits.
    pub fn run(&self, name: &str, args: &[&str]) -> RunResult {
        RunResult::of(self.command(name, args))
    }

    /// Runs `create`.
    pub fn create(&self) -> RunResult {
        self.run("create", &[])
    }

    /// Runs `tokens --headless` with additional arguments.
    pub fn tokens(&self, args: &[&str]) -> RunResult {
        self.run("tokens", &[&["--headless"], args].concat())
    }

    /// Runs `delete`.
    pub fn delete(&self) -> RunResult {
        self.run("delete", &[])
    }

    /// What is in the account, read from the cloud itself.
    pub fn inventory(&self) -> Inventory {
        crate::block_on(Inventory::read(self.cloud_url(), ACCOUNT))
    }

    /// Configuration for a test's own calls, which bypass the proxy.
    pub fn sdk_config(&self) -> SdkConfig {
        crate::block_on(inventory::config(self.cloud_url(), ACCOUNT))
    }

    /// Everything that the function has logged.
    pub fn function_log(&self) -> String {
        crate::block_on(inventory::function_log(self.cloud_url(), ACCOUNT))
    }
}

impl Default for TestEnv {
    fn default() -> Self {
        TestEnv::new()
    }
}

/// The path of the function's real zip file.
pub fn zip() -> PathBuf {
    let zip = workspace().join("target/lambda/echo/bootstrap.zip");
    assert!(
        zip.exists(),
        "{} is missing: run 'make function'",
        zip.display()
    );
    zip
}
