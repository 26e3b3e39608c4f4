//! Update runs that are killed or have faults injected: the next `create` still
//! brings the stack to the desired state, and `delete` leaves nothing.

use std::ops::RangeInclusive;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use e2e::fault::FAULTS;
use e2e::{Fault, ProxiedEnv, Rules, operation};

use super::by_hand::{LiveStack, Row};
use super::routes::take_a_row_out;
use super::{function, gateway, sign_in};
use crate::sweeps::workers::{is_as_documented, summary};
use crate::whole_path::complete_stack;

/// A live stack, and how often it was changed.
struct Changed {
    proxied: ProxiedEnv,
    times: usize,
}

impl Changed {
    fn new() -> Changed {
        let mut proxied = ProxiedEnv::new();
        // How long `create` waits for the effect of a call without response.
        proxied.env.change("SETTLE_SECONDS", "0.2");
        proxied.create();
        Changed { proxied, times: 0 }
    }

    fn prefix(&self) -> String {
        format!("hello-{}", 42 + self.times)
    }

    /// Changes one property of every resource by hand, and DOMAIN_PREFIX, and takes a
    /// route out of the table.
    fn change(&mut self) {
        let by_hand = LiveStack::new(&self.proxied.env);
        for (_, change) in one_of_each() {
            change(&by_hand);
        }
        take_a_row_out(&self.proxied.env);
        self.times += 1;
        let prefix = self.prefix();
        self.proxied.env.change("DOMAIN_PREFIX", &prefix);
    }

    /// One more `create` brings the stack to the desired state, and the next
    /// one finds no difference.
    fn converges(&self, after: &str) {
        self.proxied.create();
        let again = self.proxied.create();
        let unchanged = again.stderr.contains("\n15 unchanged\n");
        assert!(unchanged, "{after}: {again:#?}");
        let inventory = self.proxied.env.inventory();
        assert_eq!(inventory, complete_stack(&self.prefix()), "{after}");
    }

    /// Asserts that `delete` leaves nothing, then creates a new stack.
    fn begin_anew(&self, after: &str) {
        self.proxied.delete_all(after);
        self.proxied.create();
    }
}

/// The first row of each resource, except for the domain.
fn one_of_each() -> Vec<Row> {
    let mut rows = [sign_in::ROWS, gateway::ROWS, function::ROWS].concat();
    rows.dedup_by_key(|(what, _)| *what);
    rows.retain(|(what, _)| !what.starts_with("Sign-in domain"));
    assert_eq!(rows.len(), 14, "every resource once");
    rows
}

/// For each call of an update run, whether it changes something.
fn calls_of_an_update() -> Vec<bool> {
    let mut changed = Changed::new();
    changed.change();
    changed.proxied.create();
    let operations = changed.proxied.proxy.operations();
    changed.proxied.delete_all("an update");
    operations
        .iter()
        .map(|name| operation::changes(name))
        .collect()
}

/// Does `work` for each number, in parallel threads since it mostly waits.
/// Returns the sum of the results.
fn share(
    numbers: RangeInclusive<usize>,
    work: impl Fn(&mut Changed, usize) -> usize + Sync,
) -> usize {
    let (left, count) = (Mutex::new(numbers), AtomicUsize::new(0));
    let next = || left.lock().expect("no panic here").next();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let mut changed = Changed::new();
                while let Some(number) = next() {
                    count.fetch_add(work(&mut changed, number), Ordering::Relaxed);
                }
            });
        }
    });
    count.into_inner()
}

#[test]
fn an_update_killed_at_any_call() {
    // The number of calls varies with the number of polls.
    let calls = calls_of_an_update().len();
    let kills = share(1..=calls, |changed, number| {
        for kill in [Fault::KillBefore, Fault::KillAfter] {
            changed.change();
            let after = format!("{kill:?} at call {number} of an update");
            changed.proxied.break_at("create", number, kill);
            changed.converges(&after);
        }
        changed.begin_anew(&format!("kills at call {number} of an update"));
        2
    });
    summary(&format!(
        "update killed, converged, deleted: {kills} crash points, 0 leaks, 0 duplicates"
    ));
    is_as_documented("an_update_killed_at_any_call", kills);
}

#[test]
fn an_update_with_a_fault_at_any_call() {
    let calls = calls_of_an_update();
    let quick: Vec<Fault> = FAULTS
        .into_iter()
        .filter(|fault| *fault != Fault::Hang)
        .collect();
    let failed = AtomicUsize::new(0);
    let tried = share(1..=calls.len(), |changed, number| {
        // A call that only reads gets a single fault.
        let faults = if calls[number - 1] {
            &quick[..]
        } else {
            &quick[number % quick.len()..][..1]
        };
        for fault in faults {
            changed.change();
            let rules = Rules {
                fault: Some((number, *fault)),
                ..Rules::default()
            };
            let result = changed.proxied.run("create", &[], rules);
            let after = format!("{fault:?} at call {number} of an update");
            if result.code != Some(0) {
                failed.fetch_add(1, Ordering::Relaxed);
                result.code(1).stderr_has("error: ").stderr_has("hint: ");
            }
            changed.converges(&after);
        }
        changed.begin_anew(&format!("faults at call {number} of an update"));
        faults.len()
    });
    let failed = failed.into_inner();
    summary(&format!(
        "update under {} kinds of fault: {tried} faults, {failed} ended with a clear error, 0 leaks, 0 duplicates",
        quick.len()
    ));
    is_as_documented("an_update_with_a_fault_at_any_call", tried);
}
