//! A class of 30 who run `create` at the same time in one account, behind AWS's
//! published quotas: what it takes of a machine, and of an hour.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use e2e::proxy::{Quota, Quotas};
use e2e::{Proxy, Rules, TestEnv};
use serde::Serialize;

use crate::sample::peak_memory;

const PEOPLE: usize = 30;

/// What the class took.
#[derive(Serialize)]
pub(crate) struct Class {
    /// How many people.
    pub people: usize,
    /// Seconds until everybody's `create` had ended.
    pub create_s: f64,
    /// Seconds that the narrowest quota asks for: one CreateApi in 3 s.
    pub create_bound_s: f64,
    /// The same for DeleteApi, one in 30 s; by arithmetic, not by a run.
    pub delete_bound_s: f64,
    /// Memory of all of them together, each at its greatest, in MiB.
    pub memory_mib: f64,
    /// Processor time of all of them together, in seconds.
    pub processor_s: f64,
}

/// Lets everybody create, and deletes again without a quota.
pub(crate) fn measure() -> Class {
    eprintln!("a class of {PEOPLE}, about 100 s ...");
    let quotas = Quotas::published();
    let bound = |quota: Quota| (PEOPLE - 1) as f64 / quota.rate;
    let (create_bound_s, delete_bound_s) = (bound(quotas.create_api), bound(quotas.delete_api));
    let first = TestEnv::new();
    let proxy = Proxy::start(first.cloud_url());
    let people = first.class(PEOPLE, &proxy.url);
    proxy.begin(Rules {
        quotas: Some(quotas),
        ..Rules::default()
    });
    let (begun, used) = (Instant::now(), children_s());
    let memory = together(&people, "create", peak_memory);
    let (create_s, processor_s) = (begun.elapsed().as_secs_f64(), children_s() - used);
    proxy.begin(Rules::default());
    together(&people, "delete", |mut command| {
        let status = command.stdout(Stdio::null()).status();
        assert!(status.expect("the program starts").success());
        0.0
    });
    Class {
        people: PEOPLE,
        create_s,
        create_bound_s,
        delete_bound_s,
        memory_mib: memory,
        processor_s,
    }
}

/// Runs a program for everybody at the same time; the sum of what `run` says.
fn together(people: &[TestEnv], program: &str, run: fn(Command) -> f64) -> f64 {
    thread::scope(|scope| {
        let runs: Vec<_> = people
            .iter()
            .map(|person| {
                let mut command = person.command(program, &[]);
                command.stderr(Stdio::null());
                scope.spawn(move || run(command))
            })
            .collect();
        let values = runs.into_iter().map(|run| run.join().expect("no panic"));
        values.sum()
    })
}

/// Processor time of the children that have ended, in seconds: the fields 16
/// and 17 of /proc/self/stat, in hundredths; 0 where the system does not tell.
fn children_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field is the program's name in brackets, which may hold spaces.
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
