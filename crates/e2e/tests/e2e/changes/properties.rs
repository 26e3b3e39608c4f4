//! Each property, changed by hand: `create --dry-run` names the difference,
//! `create` names and repairs it, and the next `create` finds none.

use e2e::{ProxiedEnv, Rules, RunResult};

use super::by_hand::{FUNCTION, LiveStack};
use super::{function, gateway, sign_in};
use crate::whole_path::complete_stack;

/// Runs `create`; also returns those of its operations that change something.
fn create(proxied: &ProxiedEnv, args: &[&str]) -> (RunResult, Vec<String>) {
    let result = proxied.run("create", args, Rules::default()).code(0);
    (result, proxied.proxy.changes())
}

/// Checks how `create` handles the difference; an error says what is wrong.
fn check(proxied: &ProxiedEnv, what: &str, difference: &str) -> Result<(), String> {
    let (dry, changes) = create(proxied, &["--dry-run"]);
    let line = format!("Would update: {what} ({difference})");
    expect(dry.stdout.lines().any(|found| found == line), &line, &dry)?;
    expect(changes.is_empty(), "no changes in a dry run", &changes)?;

    let (mended, changes) = create(proxied, &[]);
    let suffix = format!("(updated: {difference})");
    let lines = mended.stdout.lines().chain(mended.stderr.lines());
    let named = lines.filter(|line| line.contains(&suffix) || line.contains(&password(&suffix)));
    // A role's change is reported on two lines.
    expect((1..=2).contains(&named.count()), &suffix, &mended)?;
    expect(mended.stderr.contains("1 updated, "), "1 updated", &mended)?;
    expect(changes.len() > 1, "a change", &changes)?;

    let (again, changes) = create(proxied, &[]);
    let updated = again.stdout.contains("updated") || again.stderr.contains("updated");
    expect(!updated, "nothing to update", &again)?;
    let only_password = changes == ["AdminSetUserPassword"];
    expect(only_password, "no change but the password's", &changes)
}

/// The suffix of the user's line, which also mentions the password.
fn password(suffix: &str) -> String {
    suffix.replace(')', "; password set again)")
}

fn expect(good: bool, what: &str, found: &dyn std::fmt::Debug) -> Result<(), String> {
    if good {
        Ok(())
    } else {
        Err(format!("expected {what:?} in {found:#?}"))
    }
}

#[test]
fn each_is_named_and_mended() {
    let proxied = ProxiedEnv::with_stack();
    let by_hand = LiveStack::new(&proxied.env);
    let sha = code_sha256(&by_hand);
    let rows = [sign_in::ROWS, gateway::ROWS, function::ROWS].concat();
    let mut wrong = Vec::new();
    for (what, change) in &rows {
        let difference = change(&by_hand).replace("{sha}", &sha);
        if let Err(error) = check(&proxied, what, &difference) {
            wrong.push(format!("{what}, {difference}: {error}"));
        }
    }
    assert!(
        wrong.is_empty(),
        "{} of {}:\n{}",
        wrong.len(),
        rows.len(),
        wrong.join("\n")
    );
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("every change");
}

fn code_sha256(stack: &LiveStack) -> String {
    let call = stack.lambda.get_function().function_name(FUNCTION);
    let function = stack
        .call(call.send())
        .configuration
        .expect("a configuration");
    function.code_sha256.expect("a hash")
}
