//! Programs killed at any call: nothing leaks and nothing is created twice.

use e2e::{Fault, ProxiedEnv, Rules};

use crate::sweeps::workers::{at_every_call, is_as_documented, summary};
use crate::whole_path::assert_complete;

const KILLS: [Fault; 2] = [Fault::KillBefore, Fault::KillAfter];

/// Kills `program` before and after each call that it makes, runs `check` with the
/// name of the kill each time, and compares their number with the page's row for `test`.
fn killed_at_every_call(program: &str, test: &str, check: impl Fn(&ProxiedEnv, &str)) {
    let proxied = ProxiedEnv::new();
    let points = at_every_call(&proxied, program, &KILLS, |number, kill, result| {
        assert_eq!(result.code, None, "killed: {result:#?}");
        check(&proxied, &format!("{kill:?} {number}"));
    });
    summary(&format!(
        "{test}: {points} crash points, 0 leaks, 0 duplicates"
    ));
    is_as_documented(test, points);
}

#[test]
fn create_killed_then_delete() {
    killed_at_every_call("create", "create_killed_then_delete", |proxied, kill| {
        proxied.delete_all(kill);
    });
}

#[test]
fn create_killed_then_resumed() {
    killed_at_every_call("create", "create_killed_then_resumed", |proxied, kill| {
        proxied.create();
        assert_complete(&proxied.env, kill);
        proxied.env.tokens(&[]).code(0).stdout_has("hello world");
        proxied.delete_all(&format!("{kill}, create"));
    });
}

#[test]
fn delete_killed_then_deleted_again() {
    let test = "delete_killed_then_deleted_again";
    killed_at_every_call("delete", test, |proxied, kill| proxied.delete_all(kill));
}

/// After half a `delete`, what is left refers to what is gone: an authorizer to
/// a pool, a permission to an API. `create` must not build on it.
#[test]
fn delete_killed_then_created() {
    let proxied = ProxiedEnv::new();
    proxied.create();
    let rules = Rules::fault_on("DeleteUserPoolDomain", Fault::KillAfter);
    let deleting = proxied.run("delete", &[], rules);
    assert_eq!(deleting.code, None, "killed: {deleting:#?}");
    proxied
        .run("create", &[], Rules::default())
        .code(2)
        .stderr_has("'delete' has begun");
    proxied.delete_all("a killed delete");
    proxied.create();
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("create");
}

#[test]
fn three_kills_in_a_row() {
    let proxied = ProxiedEnv::new();
    let mut points = 0;
    for first in 1.. {
        let kill = KILLS[first % 2];
        if proxied.break_at("create", first, kill).is_none() {
            proxied.delete_all("a run with no fault");
            break;
        }
        // In the next run, at another call, before or after it takes effect.
        let second = first * 7 % 23 + 1;
        let again = proxied.break_at("create", second, KILLS[first / 2 % 2]);
        points += 1;
        let after = format!("kills at {first} and {second}");
        if again.is_some_and(|result| result.code.is_none()) {
            proxied.create();
        }
        assert_complete(&proxied.env, &after);
        proxied.break_at("delete", second % 8 + 1, kill);
        proxied.delete_all(&after);
    }
    summary(&format!(
        "three kills in a row: {points} times, 0 leaks, 0 duplicates"
    ));
    is_as_documented("three_kills_in_a_row", points);
}
