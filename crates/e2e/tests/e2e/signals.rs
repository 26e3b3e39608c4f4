//! Ctrl-C and SIGTERM; the lock; files that cannot be written.

use std::io::{BufRead, BufReader};
use std::process::Child;
use std::time::{Duration, Instant};

use e2e::operation::changes;
use e2e::{Fault, ProxiedEnv, Rules, RunResult};
use rustix::process::{Pid, Signal, kill_process};

use crate::whole_path::complete_stack;

fn send(child: &Child, signal: Signal) {
    let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
    kill_process(pid, signal).expect("it runs");
}

/// Waits until the proxy has seen this many calls that change something: before
/// the first one, a signal ends a program at once.
fn wait_for_changes(proxied: &ProxiedEnv, number: usize) {
    proxied.proxy.wait_for(|calls| {
        let changes = calls.iter().filter(|call| changes(&call.operation));
        changes.count() >= number
    });
}

#[test]
fn the_first_signal_lets_calls_end_and_be_recorded() {
    for (signal, number) in [(Signal::INT, 2), (Signal::TERM, 7)] {
        let proxied = ProxiedEnv::new();
        let rules = Rules {
            delay: Duration::from_millis(300),
            ..Rules::default()
        };
        let child = proxied.start("create", &[], rules);
        wait_for_changes(&proxied, number);
        send(&child, signal);
        let result = RunResult::wait(child)
            .code(130)
            .stderr_has("stopping as soon as")
            .stderr_has("hint: run the same command again");
        for call in proxied.proxy.calls() {
            // Before a first run, reads find nothing: the names are free.
            let took_effect = call.took_effect || !changes(&call.operation);
            assert!(
                took_effect && call.ended.is_some(),
                "{call:?} was cut off: {result:#?}"
            );
        }
        let made = proxied.env.inventory();
        let state = proxied.env.state();
        for (made, key) in [
            (&made.user_pools, "user_pool_id"),
            (&made.apis, "api_id"),
            (&made.roles, "lambda_role_arn"),
        ] {
            assert_eq!(made.is_empty(), state.get(key).is_none(), "{key}: {state}");
        }
        proxied.create();
        assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
        proxied.delete_all("a signal");
    }
}

/// AWS asks for a retry in a minute: meanwhile everything else is done, the
/// wait is reported, and a signal ends it.
#[test]
fn a_signal_ends_the_wait_for_a_quota() {
    let proxied = ProxiedEnv::new();
    let rules = Rules::fault_on("CreateApi", Fault::RetryAfter(60));
    let mut child = proxied.start("create", &[], rules);
    let stderr = BufReader::new(child.stderr.take().expect("piped"));
    let waits = "Waiting: AWS limits CreateApi for this account; 2 s so far";
    let mut lines = stderr.lines().map(|line| line.expect("UTF-8"));
    assert!(lines.any(|line| line == waits));
    let calls = proxied.proxy.operations();
    for done in [
        "AdminSetUserPassword",
        "CreateUserPoolClient",
        "PutRolePolicy",
        "CreateFunction",
    ] {
        let is_done = calls.iter().any(|call| call == done);
        assert!(is_done, "no {done} in {calls:?}");
    }
    let sent = Instant::now();
    send(&child, Signal::INT);
    let rest: Vec<String> = lines.collect();
    assert_eq!(RunResult::wait(child).code, Some(130));
    assert!(
        sent.elapsed() < Duration::from_secs(1),
        "{:?}",
        sent.elapsed()
    );
    let stopped = "error: Stopped before CreateApi";
    assert!(rest.iter().any(|line| line == stopped), "{rest:#?}");

    let calls = proxied.proxy.operations();
    let tries = calls.iter().filter(|call| *call == "CreateApi").count();
    assert_eq!(tries, 1, "{calls:?}");
    proxied.create();
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    proxied.delete_all("a wait for a quota");
}

#[test]
fn the_second_signal_ends_at_once() {
    let proxied = ProxiedEnv::new();
    let hangs = Rules::fault_on("CreateUserPool", Fault::Hang);
    let mut child = proxied.start("create", &[], hangs);
    wait_for_changes(&proxied, 3);
    send(&child, Signal::INT);
    // Waits for the reaction to the first signal: two pending ones would merge.
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
    assert!(lines.any(|line| line.unwrap().contains("once more stops at once")));
    send(&child, Signal::INT);
    assert_eq!(child.wait().unwrap().code(), Some(130));
    proxied.delete_all("two signals");
}

#[test]
fn a_signal_while_deleting() {
    let proxied = ProxiedEnv::with_stack();
    let rules = Rules {
        delay: Duration::from_millis(300),
        ..Rules::default()
    };
    let child = proxied.start("delete", &[], rules);
    wait_for_changes(&proxied, 2);
    send(&child, Signal::INT);
    RunResult::wait(child).code(130);
    assert!(proxied.env.state_path().exists());
    proxied.delete_all("a signal");
}

#[test]
fn one_program_at_a_time() {
    let proxied = ProxiedEnv::new();
    let rules = Rules::fault_on("CreateApi", Fault::Hang);
    let mut first = proxied.start("create", &[], rules);
    wait_for_changes(&proxied, 2);
    for program in ["create", "delete"] {
        let holder = format!("is in use by create (process {})", first.id());
        let result = proxied.env.run(program, &[]).code(2);
        result.stderr_has(&holder);
    }
    // The lock is released when its holder dies.
    first.kill().unwrap();
    first.wait().unwrap();
    proxied.delete_all("a killed holder");
}

#[test]
fn a_folder_that_cannot_be_written() {
    let proxied = ProxiedEnv::new();
    proxied
        .run("create", &["--state", "/proc/state.json"], Rules::default())
        .code(2)
        .stderr_has("Cannot write")
        .stderr_has("hint: ");
    assert!(proxied.env.inventory().is_empty());
}

/// A file system with space for state.json, but not for its next version.
#[test]
fn a_full_disk_loses_nothing() {
    let proxied = ProxiedEnv::new();
    // Files are limited to 1.5 KiB (3 units of 512 bytes): as on a full disk,
    // writing the longer state.json fails in the middle of the run.
    let program = e2e::run_result::program("create");
    let limited = format!("ulimit -f 3; trap '' XFSZ; exec {}", program.display());
    proxied.proxy.begin(Rules::default());
    let result = RunResult::of(proxied.env.shell(&limited))
        .code(1)
        .stderr_has("Cannot save")
        .stderr_has("hint: ");
    let kept = proxied.env.state();
    assert!(
        kept["deployment_id"].is_string(),
        "the file before is whole: {kept} {result:#?}"
    );
    proxied.create();
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    proxied.delete_all("a full disk");
}
