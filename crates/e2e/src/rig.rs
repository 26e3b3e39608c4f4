//! A person whose calls go through a proxy.

use std::process::{Child, Stdio};

use crate::fault::Fault;
use crate::{Ended, Inventory, Person, Proxy, Rules};

/// A person, the proxy they call through, and the cloud behind it.
#[derive(Debug)]
pub struct Rig {
    /// The person; `AWS_ENDPOINT_URL` is the proxy's.
    pub person: Person,
    /// The proxy.
    pub proxy: Proxy,
}

impl Rig {
    /// In an empty cloud.
    pub fn new() -> Rig {
        let person = Person::new();
        let proxy = Proxy::start(person.cloud_url());
        let person = person.set("AWS_ENDPOINT_URL", &proxy.url);
        Rig { person, proxy }
    }

    /// Starts a program under `rules`.
    pub fn start(&self, program: &str, args: &[&str], rules: Rules) -> Child {
        self.proxy.begin(rules);
        let mut command = self.person.command(program, args);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        self.proxy.watch(child.id());
        child
    }

    /// Runs a program under `rules`, until it has ended and the cloud has
    /// carried out all that it had sent.
    pub fn run(&self, program: &str, args: &[&str], rules: Rules) -> Ended {
        let child = self.start(program, args, rules);
        let ended = Ended::from(child.wait_with_output().expect("it ends"));
        self.proxy.settle();
        ended
    }

    /// Runs a program that is broken at call `number`. `None` if it made fewer
    /// calls: then it ended as ever.
    pub fn break_at(&self, program: &str, number: usize, fault: Fault) -> Option<Ended> {
        let rules = Rules {
            fault: Some((number, fault)),
            ..Rules::default()
        };
        let ended = self.run(program, &[], rules);
        (self.proxy.calls().len() >= number).then_some(ended)
    }

    /// Runs `create`, which must succeed.
    #[track_caller]
    pub fn create(&self) -> Ended {
        self.run("create", &[], Rules::default()).code(0)
    }

    /// Runs `delete`, which must succeed and leave nothing, neither in the
    /// cloud nor in the folder.
    #[track_caller]
    pub fn delete_all(&self, after: &str) {
        let ended = self.run("delete", &[], Rules::default()).code(0);
        let left = self.person.inventory();
        assert_eq!(left, Inventory::default(), "left after {after}: {ended:#?}");
        let files = std::fs::read_dir(self.person.dir()).expect("the folder");
        let files: Vec<_> = files
            .map(|file| file.expect("a file").file_name())
            .collect();
        assert!(files.is_empty(), "{files:?} left after {after}");
    }
}

impl Default for Rig {
    fn default() -> Self {
        Rig::new()
    }
}
