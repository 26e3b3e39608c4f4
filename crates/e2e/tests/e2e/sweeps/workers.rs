//! Runs many cases on a few workers, each with its own cloud.

use std::io::Write;
use std::sync::Mutex;

use e2e::ProxiedEnv;

/// Runs `check` for every job on parallel `workers`, in clouds that settle
/// within `settle` seconds.
pub(crate) fn side_by_side<J: Send>(
    workers: usize,
    settle: &str,
    jobs: Vec<J>,
    check: impl Fn(&ProxiedEnv, J) + Sync,
) {
    let jobs = Mutex::new(jobs);
    let next = || jobs.lock().expect("no panic here").pop();
    std::thread::scope(|scope| {
        for _ in 0..workers {
            scope.spawn(|| {
                let mut proxied = ProxiedEnv::new();
                proxied.env.change("SETTLE_SECONDS", settle);
                while let Some(job) = next() {
                    check(&proxied, job);
                }
            });
        }
    });
}

/// Prints a summary where the test runner does not capture it.
pub(crate) fn summary(text: &str) {
    let _ = writeln!(std::io::stderr(), "summary: {text}");
}
