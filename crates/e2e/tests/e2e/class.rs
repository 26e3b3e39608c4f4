//! A class of 30 in one account, under AWS's published quotas: everybody
//! succeeds, and hardly waits for anything but the quotas.

use std::thread;
use std::time::{Duration, Instant};

use e2e::proxy::{Quota, Quotas};
use e2e::{Proxy, Rules, RunResult, TestEnv};

use crate::sweeps::workers::summary;

const PEOPLE: usize = 30;

/// One DeleteApi a second; with AWS's one in 30 s this would take 15 minutes.
fn quotas() -> Quotas {
    Quotas {
        delete_api: Quota::one_in(1.0),
        ..Quotas::published()
    }
}

/// Runs a program for everybody at the same time; returns the total wall time.
fn together(class: &[TestEnv], program: &str, args: &[&str]) -> Duration {
    let begun = Instant::now();
    let run = |person: &TestEnv| RunResult::of(person.command(program, args));
    let results: Vec<RunResult> = thread::scope(|scope| {
        let runs: Vec<_> = class
            .iter()
            .map(|person| scope.spawn(move || run(person)))
            .collect();
        let ended = runs.into_iter().map(|run| run.join().expect("no panic"));
        ended.collect()
    });
    for (number, result) in results.into_iter().enumerate() {
        assert_eq!(result.code, Some(0), "{program} of {number}: {result:#?}");
    }
    begun.elapsed()
}

#[test]
fn thirty_in_one_account() {
    let first = TestEnv::new();
    let proxy = Proxy::start(first.cloud_url());
    proxy.begin(Rules {
        quotas: Some(quotas()),
        ..Rules::default()
    });
    let class = first.class(PEOPLE, &proxy.url);

    let created = together(&class, "create", &[]);
    assert_eq!(class[0].inventory().apis.len(), PEOPLE);
    for person in &class {
        person.tokens(&[]).code(0).stdout_has("hello world");
    }
    let deleted = together(&class, "delete", &[]);
    assert!(class[0].inventory().is_empty());

    // The strictest quota lets the first call through at once.
    let narrowest = |quota: Quota| (PEOPLE - 1) as f64 / quota.rate;
    let least = narrowest(quotas().create_api) + narrowest(quotas().delete_api);
    let took = created + deleted;
    let ratio = took.as_secs_f64() / least;
    summary(&format!(
        "a class of {PEOPLE}: created in {created:.1?}, deleted in {deleted:.1?}, {ratio:.2} of what the quotas allow"
    ));
    assert!(ratio <= 1.3, "{ratio:.2} times what the quotas allow");
}
