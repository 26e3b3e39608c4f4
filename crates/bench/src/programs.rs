//! Start-up, memory and size of the three programs.

use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::{TestEnv, run_result};
use serde::Serialize;

use crate::sample::{median, ms, peak_memory};

/// What the learner runs, in order.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("create", &[]),
    ("tokens", &["--headless"]),
    ("delete", &[]),
];

/// How often a program is only started: it takes milliseconds.
const STARTS: usize = 20;

/// One program.
#[derive(Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub program: &'static str,
    /// Start to end of `--version`.
    pub version_ms: f64,
    /// Start to end of `--help`.
    pub help_ms: f64,
    /// Most memory held at a time while it does its work.
    pub peak_mib: f64,
    /// Size of the file.
    pub size_mib: f64,
}

/// Starts each program often, and lets it do its work a few times.
pub(crate) fn measure(runs: u32) -> Vec<Row> {
    eprintln!("start-up and memory of the programs ...");
    let env = TestEnv::new();
    let mut peaks = PROGRAMS.map(|_| Vec::new());
    for _ in 0..runs {
        for ((name, args), peaks) in PROGRAMS.iter().zip(&mut peaks) {
            peaks.push(peak_memory(env.command(name, args)));
        }
    }
    let rows = PROGRAMS.iter().zip(peaks);
    rows.map(|(&(program, _), peaks)| Row {
        program,
        version_ms: start_up(&env, program, "--version"),
        help_ms: start_up(&env, program, "--help"),
        peak_mib: median(peaks),
        size_mib: size_mib(program),
    })
    .collect()
}

fn start_up(env: &TestEnv, program: &str, flag: &str) -> f64 {
    let once = || -> Duration {
        let mut command = env.command(program, &[flag]);
        let start = Instant::now();
        let status = command.stdout(Stdio::null()).status();
        let took = start.elapsed();
        assert!(status.expect("the program starts").success());
        took
    };
    ms(median((0..STARTS).map(|_| once())))
}

fn size_mib(program: &str) -> f64 {
    let file = std::fs::metadata(run_result::program(program)).expect("built");
    file.len() as f64 / 1024.0 / 1024.0
}
