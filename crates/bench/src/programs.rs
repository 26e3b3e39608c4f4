//! Start-up time, memory and size of the three programs.

use std::process::Stdio;
use std::time::{Duration, Instant};

use e2e::{TestEnv, run_result};
use serde::Serialize;

use crate::sample::{median, ms, peak_memory};

/// What a learner runs, in order.
const PROGRAMS: [(&str, &[&str]); 3] = [
    ("create", &[]),
    ("tokens", &["--headless"]),
    ("delete", &[]),
];

/// How often start-up is measured; each takes only milliseconds.
const STARTS: usize = 20;

/// The measurements of one program.
#[derive(Serialize)]
pub(crate) struct Row {
    /// Its name.
    pub program: &'static str,
    /// Duration of `--version`.
    pub version_ms: f64,
    /// Duration of `--help`.
    pub help_ms: f64,
    /// Peak memory of a full run.
    pub peak_mib: f64,
    /// Size of the executable.
    pub size_mib: f64,
}

/// Measures `runs` full runs of each program, and its start-up time.
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
