//! Calls that take effect after the program that made them was killed, or lost
//! the connection: nothing leaks, nothing is created twice.
//!
//! Times are a tenth of AWS's: 3 s until no call can take effect any more, and
//! delays of 0.07, 0.4 and 1.2 s. A few cases run with AWS's own times.

use std::time::Duration;

use e2e::proxy::Call;
use e2e::{Fault, ProxiedEnv, Rules, RunResult, block_on};

use crate::sweeps::workers::{is_as_documented, side_by_side, summary};
use crate::whole_path::assert_complete;

/// Every call that creates something.
pub(crate) const CREATING_CALLS: [&str; 17] = [
    "AddPermission",
    "AdminCreateUser",
    "AdminSetUserPassword",
    "CreateApi",
    "CreateAuthorizer",
    "CreateFunction",
    "CreateIntegration",
    "CreateLogGroup",
    "CreateResourceServer",
    "CreateRole",
    "CreateRoute",
    "CreateStage",
    "CreateUserPool",
    "CreateUserPoolClient",
    "CreateUserPoolDomain",
    "PutRetentionPolicy",
    "PutRolePolicy",
];

const DELAYS: [Duration; 3] = [
    Duration::from_millis(70),
    Duration::from_millis(400),
    Duration::from_millis(1200),
];

/// What follows a kill.
#[derive(Clone, Copy, Debug)]
enum Then {
    Delete,
    CreateAndDelete,
    /// Nothing until the call has taken effect, then `delete`.
    Nothing,
}

/// Asserts that `delete` leaves nothing, even once every call has taken effect.
fn delete_for_good(proxied: &ProxiedEnv, after: &str) {
    proxied.delete_all(after);
    proxied.proxy.settle_late();
    let left = proxied.env.inventory();
    assert!(left.is_empty(), "came after {after}: {left:#?}");
}

fn create_complete_stack(proxied: &ProxiedEnv, after: &str) {
    proxied.create();
    proxied.proxy.settle_late();
    assert_complete(&proxied.env, after);
}

fn killed(proxied: &ProxiedEnv, operation: &'static str, delay: Duration, then: Then) {
    let fault = Fault::KillThenEffect(delay);
    let result = proxied.run("create", &[], Rules::fault_on(operation, fault));
    assert_eq!(result.code, None, "killed: {result:#?}");
    let after = format!("a kill at {operation}, effect after {delay:?}, {then:?}");
    match then {
        Then::Delete => {}
        Then::CreateAndDelete => create_complete_stack(proxied, &after),
        Then::Nothing => proxied.proxy.settle_late(),
    }
    delete_for_good(proxied, &after);
}

fn answer_lost(proxied: &ProxiedEnv, operation: &'static str, delay: Duration) {
    let fault = Fault::DropThenEffect(delay);
    let after = format!("no answer to {operation}, effect after {delay:?}");
    proxied
        .run("create", &[], Rules::fault_on(operation, fault))
        .code(0);
    proxied.proxy.settle_late();
    assert_complete(&proxied.env, &after);
    delete_for_good(proxied, &after);
}

fn everything() -> Vec<(&'static str, Duration, Option<Then>)> {
    let mut jobs = Vec::new();
    for operation in CREATING_CALLS {
        for delay in DELAYS {
            let then = [Then::Delete, Then::CreateAndDelete, Then::Nothing];
            jobs.extend(then.map(|then| (operation, delay, Some(then))));
            jobs.push((operation, delay, None));
        }
    }
    jobs
}

#[test]
fn every_call_takes_effect_late() {
    let jobs = everything();
    let tried = jobs.len();
    let check = |proxied: &ProxiedEnv, (operation, delay, then)| match then {
        Some(then) => killed(proxied, operation, delay, then),
        None => answer_lost(proxied, operation, delay),
    };
    side_by_side(4, "3", jobs, check);
    summary(&format!(
        "calls that take effect late, killed or not answered: {tried} cases, 0 leaks, 0 duplicates"
    ));
    is_as_documented("every_call_takes_effect_late", tried);
}

#[test]
fn a_few_with_the_times_of_aws() {
    let late = Duration::from_secs(12);
    let jobs = vec![
        ("CreateUserPool", Some(Then::Delete)),
        ("CreateApi", Some(Then::CreateAndDelete)),
        ("CreateRole", Some(Then::Delete)),
        ("CreateFunction", Some(Then::Delete)),
        ("CreateUserPoolClient", None),
    ];
    let check = |proxied: &ProxiedEnv, (operation, then)| match then {
        Some(then) => killed(proxied, operation, late, then),
        None => answer_lost(proxied, operation, late),
    };
    side_by_side(jobs.len(), "30", jobs, check);
}

/// The policy takes effect between DeleteRolePolicy and DeleteRole.
#[test]
fn a_policy_of_a_role_that_is_being_deleted() {
    let proxied = ProxiedEnv::with_stack();
    let rules = Rules {
        delay: Duration::from_secs(1),
        ..Rules::default()
    };
    let delete = proxied.start("delete", &[], rules);
    let begun = |calls: &[Call]| calls.iter().any(|call| call.operation == "DeleteRole");
    proxied.proxy.wait_for(begun);
    let iam = aws_sdk_iam::Client::new(&proxied.env.sdk_config());
    let document = r#"{"Version":"2012-10-17","Statement":
        [{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let call = iam
        .put_role_policy()
        .role_name("APIGatewayLambdaRole")
        .policy_name("WriteOwnLogGroup")
        .policy_document(document);
    block_on(call.send()).expect("PutRolePolicy");
    RunResult::wait(delete).code(0);
    assert!(proxied.env.inventory().is_empty());
}
