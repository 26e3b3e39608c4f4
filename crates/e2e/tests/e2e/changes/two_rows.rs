//! A `create` whose table has one more row, killed at any call; and the one without it,
//! which takes the row out again, killed at any call.

use std::path::{Path, PathBuf};

use e2e::{Fault, Inventory, ProxiedEnv, Rules, RunResult, TestEnv, run_result};

use super::by_make::{FIRST_ROW, SECOND_ROW, build, copy_repository, edit};
use crate::sweeps::workers::{is_as_documented, summary};
use crate::whole_path::complete_stack;

const KILLS: [Fault; 2] = [Fault::KillBefore, Fault::KillAfter];

/// Builds a `create` with a second row. The folder is removed with the environment.
fn with_a_second_row() -> (TestEnv, PathBuf) {
    let env = TestEnv::new();
    copy_repository(&env);
    let names = env.dir().join("crates/create/src/config/names.rs");
    edit(&names, FIRST_ROW, &format!("{FIRST_ROW}\n    {SECOND_ROW}"));
    let create = build(&env);
    (env, create)
}

fn stack_of_two() -> Inventory {
    let mut stack = complete_stack("hello-42");
    let permission = "AllowInvokeFromApi-POST-hello".to_owned();
    stack.permissions.push(permission);
    let route = "POST /hello: HelloAPI/hello.write".to_owned();
    stack.routes.push(route);
    stack
}

fn run(proxied: &ProxiedEnv, create: &Path, rules: Rules) -> RunResult {
    let command = proxied.env.command_at(create);
    let result = RunResult::wait(proxied.start_command(command, rules));
    proxied.proxy.settle();
    result
}

/// Runs it, killed at call `number`; `false` if it made fewer calls.
fn killed_at(proxied: &ProxiedEnv, create: &Path, number: usize, kill: Fault) -> bool {
    let rules = Rules {
        fault: Some((number, kill)),
        ..Rules::default()
    };
    let result = run(proxied, create, rules);
    let reached = proxied.proxy.calls().len() >= number;
    assert_eq!(
        result.code,
        if reached { None } else { Some(0) },
        "{result:#?}"
    );
    reached
}

#[test]
fn a_row_added_and_taken_out_killed_at_any_call() {
    let (_folder, two) = with_a_second_row();
    let one = run_result::program("create");
    let mut proxied = ProxiedEnv::new();
    proxied.env.change("SETTLE_SECONDS", "0.2");
    proxied.create();
    let mut kills = 0;
    for number in 1.. {
        let before = kills;
        for kill in KILLS {
            let steps = [(&two, stack_of_two()), (&one, complete_stack("hello-42"))];
            for (create, desired) in steps {
                if killed_at(&proxied, create, number, kill) {
                    kills += 1;
                }
                run(&proxied, create, Rules::default()).code(0);
                let after = format!("{kill:?} at call {number} of {}", create.display());
                assert_eq!(proxied.env.inventory(), desired, "{after}");
                let again = run(&proxied, create, Rules::default()).code(0);
                assert!(again.stderr.contains(" unchanged\n"), "{after}: {again:#?}");
                assert!(!again.stderr.contains("ated, "), "{after}: {again:#?}");
            }
        }
        if kills == before {
            break;
        }
    }
    summary(&format!(
        "a row added and taken out: {kills} crash points, 0 leaks, 0 duplicates"
    ));
    is_as_documented("a_row_added_and_taken_out_killed_at_any_call", kills);
    proxied.delete_all("rows");
}

#[test]
fn two_rows_created_and_killed_at_any_call() {
    let (_folder, two) = with_a_second_row();
    let mut proxied = ProxiedEnv::new();
    proxied.env.change("SETTLE_SECONDS", "0.2");
    let mut kills = 0;
    for number in 1.. {
        let before = kills;
        for kill in KILLS {
            if killed_at(&proxied, &two, number, kill) {
                kills += 1;
            }
            // Every second time, the next run has one row less.
            let (create, desired) = match number % 2 {
                0 => (two.clone(), stack_of_two()),
                _ => (run_result::program("create"), complete_stack("hello-42")),
            };
            run(&proxied, &create, Rules::default()).code(0);
            let after = format!("{kill:?} at call {number}");
            assert_eq!(proxied.env.inventory(), desired, "{after}");
            proxied.delete_all(&after);
        }
        if kills == before {
            break;
        }
    }
    summary(&format!(
        "two rows: {kills} crash points, 0 leaks, 0 duplicates"
    ));
    is_as_documented("two_rows_created_and_killed_at_any_call", kills);
}
