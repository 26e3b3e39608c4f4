//! Runs many cases: on a few workers, each with its own cloud, or in a row.

use std::io::Write;
use std::sync::Mutex;

use e2e::{Fault, ProxiedEnv, RunResult, workspace};

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

/// Runs `program` with each of `faults` at each call that it makes, and `check`
/// each time; returns how many times.
pub(crate) fn at_every_call(
    proxied: &ProxiedEnv,
    program: &str,
    faults: &[Fault],
    check: impl Fn(usize, Fault, RunResult),
) -> usize {
    let mut tried = 0;
    for number in 1.. {
        let before = tried;
        for &fault in faults {
            if program == "delete" {
                proxied.create();
            }
            let Some(result) = proxied.break_at(program, number, fault) else {
                proxied.delete_all("a run with no fault");
                continue;
            };
            tried += 1;
            check(number, fault, result);
        }
        if tried == before {
            break;
        }
    }
    tried
}

/// Asserts that `docs/proof.md` does not promise more cases than the sweep `test`
/// has `tried`. A tenth is left for runs with fewer polls.
pub(crate) fn is_as_documented(test: &str, tried: usize) {
    let page = std::fs::read_to_string(workspace().join("docs/proof.md")).expect("the page");
    let end = format!("| `{test}` |");
    let mut lines = page.lines();
    let row = lines
        .find(|line| line.ends_with(&end))
        .unwrap_or_else(|| panic!("docs/proof.md has no row for {test}"));
    let count = row.trim_end_matches(&end).rsplit("| ").next();
    let promised: usize = count
        .and_then(|count| count.trim().parse().ok())
        .expect(row);
    assert!(
        promised * 9 <= tried * 10,
        "docs/proof.md says {promised}, but {test} tried {tried}"
    );
}

/// Prints a summary where the test runner does not capture it.
pub(crate) fn summary(text: &str) {
    let _ = writeln!(std::io::stderr(), "summary: {text}");
}
