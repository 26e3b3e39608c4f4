//! A class of 30 who run `create` at the same time in one account, under AWS's
//! published quotas: how long it takes, and how much of the machine.

use std::process::{Command, Stdio};
use std::thread;
use std::time::Instant;

use e2e::proxy::{Quota, Quotas};
use e2e::{Proxy, Rules, TestEnv};
use serde::Serialize;

use crate::sample::peak_memory;

const PEOPLE: usize = 30;

/// The measurements of the class.
#[derive(Serialize)]
pub(crate) struct Class {
    /// The number of people.
    pub people: usize,
    /// Seconds until the last `create` had ended.
    pub create_s: f64,
    /// Lower bound in seconds, from the strictest quota: one CreateApi in 3 s.
    pub create_bound_s: f64,
    /// The same for DeleteApi, one in 30 s; calculated, not measured.
    pub delete_bound_s: f64,
    /// Sum of the peak memory of all `create` processes, in MiB.
    pub memory_mib: f64,
    /// Sum of their processor time, in seconds.
    pub processor_s: f64,
}

/// Runs `create` for everybody, then `delete` without quotas.
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

/// Runs a program for everybody at the same time; the sum of `run`'s results.
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

/// Processor time of the child processes that have ended, in seconds: fields 16
/// and 17 of /proc/self/stat, in hundredths; 0 where there is no such file.
fn children_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The second field, the program's name in brackets, may contain spaces.
    let fields = stat.rsplit(") ").next().unwrap_or_default();
    let ticks = fields.split_whitespace().skip(13).take(2);
    ticks
        .filter_map(|ticks| ticks.parse::<f64>().ok())
        .sum::<f64>()
        / 100.0
}
