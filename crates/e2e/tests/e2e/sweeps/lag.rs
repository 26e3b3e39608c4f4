//! Eventual consistency: for a while, new resources are missing from AWS's
//! lists and not found by name. The sweeps with kills hold nevertheless.
//!
//! Times are a tenth of AWS's: 3 s until AWS has settled, lags of 0.3 and 1 s.

use std::time::Duration;

use e2e::{Fault, ProxiedEnv, Rules};

use super::late::CREATING_CALLS;
use crate::sweeps::workers::{is_as_documented, side_by_side, summary};
use crate::whole_path::assert_complete;

const LAGS: [Duration; 2] = [Duration::from_millis(300), Duration::from_millis(1000)];
const KILLS: [Fault; 2] = [Fault::KillBefore, Fault::KillAfter];

fn lagging(lag: Duration, fault_on: Option<(&'static str, Fault)>) -> Rules {
    Rules {
        lag,
        fault_on,
        ..Rules::default()
    }
}

fn run(proxied: &ProxiedEnv, program: &str, lag: Duration, after: &str) {
    let result = proxied.run(program, &[], lagging(lag, None));
    assert_eq!(result.code, Some(0), "{program} after {after}: {result:#?}");
}

#[test]
fn kills_with_lists_that_lag() {
    let mut jobs = Vec::new();
    for operation in CREATING_CALLS {
        for kill in KILLS {
            for lag in LAGS {
                jobs.extend([true, false].map(|resume| (operation, kill, lag, resume)));
            }
        }
    }
    let tried = jobs.len();
    side_by_side(6, "3", jobs, |proxied, (operation, kill, lag, resume)| {
        let after = format!("{kill:?} at {operation}, a lag of {lag:?}");
        let result = proxied.run("create", &[], lagging(lag, Some((operation, kill))));
        assert_eq!(result.code, None, "killed: {result:#?}");
        if resume {
            run(proxied, "create", lag, &after);
            assert_complete(&proxied.env, &after);
        }
        run(proxied, "delete", lag, &after);
        let left = proxied.env.inventory();
        assert!(left.is_empty(), "left after {after}: {left:#?}");
    });
    summary(&format!(
        "create killed, with lists that lag: {tried} cases, 0 leaks, 0 duplicates"
    ));
    is_as_documented("kills_with_lists_that_lag", tried);
}

/// Right after `create`, AWS may not find new resources by name.
#[test]
fn deleted_while_nothing_is_seen_yet() {
    let mut proxied = ProxiedEnv::new();
    proxied.env.change("SETTLE_SECONDS", "3");
    run(&proxied, "create", LAGS[1], "nothing");
    run(&proxied, "delete", LAGS[1], "create");
    let left = proxied.env.inventory();
    assert!(left.is_empty(), "{left:#?}");
}
