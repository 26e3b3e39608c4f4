//! A test environment: an empty folder, an account, settings in the environment.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use aws_config::SdkConfig;
use tempfile::TempDir;

use crate::cloud::Lease;
use crate::run_result::{PASSWORD, RunResult, program};
use crate::{Inventory, inventory, workspace};

/// Whose access key it is decides on the account, in MiniStack.
const ACCOUNT: &str = "000000000000";

/// A folder with settings, in which the programs are run.
#[derive(Debug)]
pub struct TestEnv {
    dir: TempDir,
    settings: BTreeMap<String, String>,
    cloud: Option<Arc<Lease>>,
}

impl TestEnv {
    /// In an empty local cloud.
    pub fn new() -> TestEnv {
        let cloud = Lease::new();
        let mut env = TestEnv::at(&cloud.url);
        env.cloud = Some(Arc::new(cloud));
        env
    }

    /// At another address, where there may be no cloud at all.
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
            // The local cloud's calls take effect at once: what is to take longer
            // in a test says so.
            .set("SETTLE_SECONDS", "1")
            .set("LAMBDA_ZIP", &zip().display().to_string())
    }

    /// A second one in the same cloud, with a folder of their own.
    pub fn colleague(&self) -> TestEnv {
        TestEnv {
            dir: TempDir::new().expect("a folder"),
            settings: self.settings.clone(),
            cloud: self.cloud.clone(),
        }
    }

    /// So many people in the same cloud, with names of their own, and the proxy
    /// at `url` before them.
    pub fn class(&self, people: usize, url: &str) -> Vec<TestEnv> {
        let person = |number: usize| {
            self.colleague()
                .set("AWS_ENDPOINT_URL", url)
                .set("NAME_SUFFIX", &format!("-{number}"))
                .set("DOMAIN_PREFIX", &format!("hello-{number}"))
        };
        (0..people).map(person).collect()
    }

    /// Where the cloud itself listens, whatever `AWS_ENDPOINT_URL` says.
    pub fn cloud_url(&self) -> &str {
        &self.cloud.as_ref().expect("an environment in a cloud").url
    }

    /// Sets a setting.
    pub fn set(mut self, name: &str, value: &str) -> TestEnv {
        self.settings.insert(name.to_owned(), value.to_owned());
        self
    }

    /// Gives a setting another value from here on.
    pub fn change(&mut self, name: &str, value: &str) {
        self.settings.insert(name.to_owned(), value.to_owned());
    }

    /// Takes a setting away.
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

    /// Where state.json is.
    pub fn state_path(&self) -> PathBuf {
        self.dir().join("state.json")
    }

    /// state.json as it is now.
    pub fn state(&self) -> serde_json::Value {
        let text = std::fs::read_to_string(self.state_path()).expect("state.json");
        serde_json::from_str(&text).expect("JSON")
    }

    /// A command for one of the programs, in the folder, with these settings
    /// and no others of this machine's.
    pub fn command(&self, name: &str, args: &[&str]) -> Command {
        let mut command = Command::new(program(name));
        command
            .args(args)
            .current_dir(self.dir())
            .env_clear()
            .envs(&self.settings);
        for kept in ["PATH", "AWS_CA_BUNDLE"] {
            command.envs(std::env::var_os(kept).map(|value| (kept, value)));
        }
        command.env("HOME", self.dir());
        command
    }

    /// Runs a program to its end.
    pub fn run(&self, name: &str, args: &[&str]) -> RunResult {
        RunResult::of(self.command(name, args))
    }

    /// Runs `create`.
    pub fn create(&self) -> RunResult {
        self.run("create", &[])
    }

    /// Runs `tokens --headless` with more arguments.
    pub fn tokens(&self, args: &[&str]) -> RunResult {
        self.run("tokens", &[&["--headless"], args].concat())
    }

    /// Runs `delete`.
    pub fn delete(&self) -> RunResult {
        self.run("delete", &[])
    }

    /// What is in the account, read by listing calls of its own.
    pub fn inventory(&self) -> Inventory {
        crate::block_on(Inventory::read(self.cloud_url(), ACCOUNT))
    }

    /// For calls of a test's own, past any proxy.
    pub fn sdk_config(&self) -> SdkConfig {
        crate::block_on(inventory::config(self.cloud_url(), ACCOUNT))
    }

    /// All that the function has logged.
    pub fn function_log(&self) -> String {
        crate::block_on(inventory::function_log(self.cloud_url(), ACCOUNT))
    }
}

impl Default for TestEnv {
    fn default() -> Self {
        TestEnv::new()
    }
}

/// The function's real zip.
pub fn zip() -> PathBuf {
    let zip = workspace().join("target/lambda/echo/bootstrap.zip");
    assert!(
        zip.exists(),
        "{} is missing: run 'make function'",
        zip.display()
    );
    zip
}
