//! Lost responses, throttling, server errors, hanging calls: `create` succeeds
//! or fails cleanly, and nothing is created twice.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use e2e::fault::FAULTS;
use e2e::{Fault, ProxiedEnv, Rules, block_on};

use crate::sweeps::workers::{at_every_call, is_as_documented, side_by_side, summary};
use crate::whole_path::{assert_complete, complete_stack};

/// The number of calls of a first `create`, including polls.
fn calls_of_create() -> usize {
    let proxied = ProxiedEnv::with_stack();
    let calls = proxied.proxy.calls().len();
    proxied.delete_all("create");
    calls
}

/// Injects every fault at every call; returns how many, and how many failures.
fn sweep(faults: &[Fault], workers: usize) -> (usize, usize) {
    let numbers = 1..=calls_of_create();
    let jobs: Vec<_> = numbers
        .flat_map(|number| faults.iter().map(move |fault| (number, *fault)))
        .collect();
    let (tried, failed) = (jobs.len(), AtomicUsize::new(0));
    side_by_side(workers, "1", jobs, |proxied, (number, fault)| {
        let survived = create_survives(proxied, number, fault);
        failed.fetch_add(usize::from(!survived), Ordering::Relaxed);
    });
    (tried, failed.into_inner())
}

/// Whether `create` succeeds despite the fault. If not, asserts that it fails
/// cleanly and that the next run succeeds.
fn create_survives(proxied: &ProxiedEnv, number: usize, fault: Fault) -> bool {
    let after = format!("{fault:?} at call {number}");
    // A run with fewer polls may not reach the call: then it has no fault.
    let rules = Rules {
        fault: Some((number, fault)),
        ..Rules::default()
    };
    let result = proxied.run("create", &[], rules);
    let survived = result.code == Some(0);
    if !survived {
        let failure = result.code(1).stderr_has("error: ").stderr_has("hint: ");
        proxied.create();
        assert_complete(&proxied.env, &format!("{after}: {failure:#?}"));
    }
    assert_complete(&proxied.env, &after);
    proxied.delete_all(&after);
    survived
}

#[test]
fn every_fault_at_every_call() {
    let quick: Vec<_> = FAULTS
        .into_iter()
        .filter(|fault| *fault != Fault::Hang)
        .collect();
    let (tried, failed) = sweep(&quick, 2);
    let kinds = quick.len();
    summary(&format!(
        "create under {kinds} kinds of fault at every call: {tried} faults, {failed} ended with a clear error, 0 leaks, 0 duplicates"
    ));
    is_as_documented("every_fault_at_every_call", tried);
}

#[test]
fn a_call_that_hangs() {
    // Waiting for a timeout takes no processor time, so many can run at once.
    let (tried, failed) = sweep(&[Fault::Hang], 8);
    summary(&format!(
        "create with a call that hangs: {tried} calls, {failed} ended with a clear error, 0 leaks, 0 duplicates"
    ));
    is_as_documented("a_call_that_hangs", tried);
}

#[test]
fn faults_while_deleting() {
    let proxied = ProxiedEnv::new();
    let faults = [
        Fault::DropAnswer,
        Fault::FailAfter,
        Fault::Refuse(429),
        Fault::Refuse(503),
    ];
    let tried = at_every_call(&proxied, "delete", &faults, |number, fault, result| {
        assert_eq!(result.code, Some(0), "{fault:?} at {number}: {result:#?}");
        proxied.delete_all(&format!("{fault:?} at {number}"));
    });
    summary(&format!(
        "delete under 4 kinds of fault at every call: {tried} faults, 0 leaks"
    ));
    is_as_documented("faults_while_deleting", tried);
}

#[test]
fn a_new_role_takes_a_while() {
    let proxied = ProxiedEnv::new();
    let rules = Rules {
        propagation: Duration::from_secs(2),
        ..Rules::default()
    };
    proxied
        .run("create", &[], rules)
        .code(0)
        .stderr_has("Waiting until AWS is ready for the function");
    let calls = proxied.proxy.operations();
    let tries = calls
        .iter()
        .filter(|name| *name == "CreateFunction")
        .count();
    assert!(tries >= 3, "{tries} tries");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    proxied.delete_all("a slow role");
}

#[test]
fn delete_keeps_the_order_that_aws_asks_for() {
    let proxied = ProxiedEnv::with_stack();
    let iam = aws_sdk_iam::Client::new(&proxied.env.sdk_config());
    let policy = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
    let call = iam.attach_role_policy().role_name("APIGatewayLambdaRole");
    block_on(call.policy_arn(policy).send()).expect("AttachRolePolicy");
    proxied.delete_all("create");
    let operations = proxied.proxy.operations();
    let at = |name: &str| {
        let found = operations.iter().position(|operation| operation == name);
        found.unwrap_or_else(|| panic!("no {name} in {operations:?}"))
    };
    assert!(at("DeleteUserPoolDomain") < at("DeleteUserPool"));
    assert!(at("DeleteUserPoolDomain") < at("DescribeUserPoolDomain"));
    for policy in ["DeleteRolePolicy", "DetachRolePolicy"] {
        assert!(at(policy) < at("DeleteRole"));
        // From then on nothing can write to the log group.
        assert!(at(policy) < at("DeleteLogGroup"));
    }
    assert!(at("DeleteFunction") < at("DeleteLogGroup"));
    let first_change = operations
        .iter()
        .position(|name| name.starts_with("De") && !name.starts_with("Desc"))
        .unwrap();
    assert!(at("GetCallerIdentity") < first_change, "{operations:?}");
}
