//! A test environment whose requests go through a proxy.

use std::process::{Child, Command, Stdio};

use crate::fault::Fault;
use crate::{Inventory, Proxy, Rules, RunResult, TestEnv};

/// A test environment and the proxy between its programs and the cloud.
#[derive(Debug)]
pub struct ProxiedEnv {
    /// The environment; `AWS_ENDPOINT_URL` is the proxy's.
    pub env: TestEnv,
    /// The proxy.
    pub proxy: Proxy,
}

impl ProxiedEnv {
    /// A new environment in an empty cloud.
    pub fn new() -> ProxiedEnv {
        let mut env = TestEnv::new();
        let proxy = Proxy::start(env.cloud_url());
        env.change("AWS_ENDPOINT_URL", &proxy.url);
        ProxiedEnv { env, proxy }
    }

    /// A new environment in which `create` has succeeded.
    #[track_caller]
    pub fn with_stack() -> ProxiedEnv {
        let proxied = ProxiedEnv::new();
        proxied.create();
        proxied
    }

    /// Starts a program; the proxy applies `rules` to its calls.
    pub fn start(&self, program: &str, args: &[&str], rules: Rules) -> Child {
        self.start_command(self.env.command(program, args), rules)
    }

    /// Starts the program of this command.
    pub fn start_command(&self, mut command: Command, rules: Rules) -> Child {
        self.proxy.begin(rules);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        self.proxy.watch(child.id());
        child
    }

    /// Runs a program under `rules`; returns when it has exited and the cloud
    /// has processed everything that was sent.
    pub fn run(&self, program: &str, args: &[&str], rules: Rules) -> RunResult {
        let result = RunResult::wait(self.start(program, args, rules));
        self.proxy.settle();
        result
    }

    /// Runs a program and injects `fault` at call `number`. `None` if it made
    /// fewer calls, and so was not disturbed.
    pub fn break_at(&self, program: &str, number: usize, fault: Fault) -> Option<RunResult> {
        let rules = Rules {
            fault: Some((number, fault)),
            ..Rules::default()
        };
        let result = self.run(program, &[], rules);
        (self.proxy.calls().len() >= number).then_some(result)
    }

    /// Runs `create`, which must succeed.
    #[track_caller]
    pub fn create(&self) -> RunResult {
        self.run("create", &[], Rules::default()).code(0)
    }

    /// Runs `delete`, which must succeed and leave nothing behind, neither in
    /// the cloud nor in the folder.
    #[track_caller]
    pub fn delete_all(&self, after: &str) {
        let result = self.run("delete", &[], Rules::default()).code(0);
        let left = self.env.inventory();
        assert_eq!(
            left,
            Inventory::default(),
            "left after {after}: {result:#?}"
        );
        let files: Vec<_> = std::fs::read_dir(self.env.dir())
            .expect("the folder")
            .map(|file| file.expect("a file").file_name())
            .collect();
        assert!(files.is_empty(), "{files:?} left after {after}");
    }
}

impl Default for ProxiedEnv {
    fn default() -> Self {
        ProxiedEnv::new()
    }
}
