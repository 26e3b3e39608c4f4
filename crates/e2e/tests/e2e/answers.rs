//! Answers that AWS gives and the emulator does not.

use e2e::{Fault, ProxiedEnv, Rules, RunResult};

/// Runs `create`, whose first call of `operation` is refused in AWS's words.
fn create_refused(
    proxied: &ProxiedEnv,
    operation: &'static str,
    (status, code, message): (u16, &'static str, &'static str),
) -> RunResult {
    let rules = Rules::fault_on(operation, Fault::Error(status, code, message));
    proxied.run("create", &[], rules)
}

/// The second kind of Lambda's 409 is a moment's conflict: the call is repeated.
#[test]
fn a_concurrent_update_of_the_function_is_waited_for() {
    let proxied = ProxiedEnv::new();
    let conflict = (
        409,
        "ResourceConflictException",
        "The function could not be updated due to a concurrent update operation.",
    );
    create_refused(&proxied, "AddPermission", conflict).code(0);
    let calls = proxied.proxy.operations();
    let added = calls.iter().filter(|name| *name == "AddPermission");
    assert_eq!(added.count(), 2, "{calls:?}");
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("a conflict");
}

#[test]
fn a_wrong_clock_is_named() {
    let proxied = ProxiedEnv::new();
    let late = (
        403,
        "SignatureDoesNotMatch",
        "Signature expired: 20261125T100000Z is now earlier than 20261125T101000Z (20261125T101500Z - 5 min.)",
    );
    let result = create_refused(&proxied, "GetCallerIdentity", late).code(1);
    result.stderr_has("hint: this machine's clock is wrong");
}

#[test]
fn a_request_that_is_too_large_leads_to_the_zip() {
    let proxied = ProxiedEnv::new();
    let large = (
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 70167211 bytes for the CreateFunction operation",
    );
    let result = create_refused(&proxied, "CreateFunction", large).code(1);
    result
        .stderr_has("smaller than 70167211 bytes")
        .stderr_has("LAMBDA_ZIP");
    proxied.delete_all("a refusal");
}
