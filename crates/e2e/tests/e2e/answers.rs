//! Answers that AWS gives and the emulator does not.

use e2e::{Fault, ProxiedEnv, Rules};

/// It is a moment's conflict: the call is repeated.
#[test]
fn a_concurrent_update_of_the_function_is_waited_for() {
    let proxied = ProxiedEnv::new();
    let rules = Rules::fault_on("AddPermission", Fault::CONCURRENT_UPDATE);
    proxied.run("create", &[], rules).code(0);
    let calls = proxied.proxy.operations();
    let added = calls.iter().filter(|name| *name == "AddPermission");
    assert_eq!(added.count(), 2, "{calls:?}");
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("a conflict");
}

#[test]
fn a_wrong_clock_is_named() {
    let proxied = ProxiedEnv::new();
    let late = Fault::Error(
        403,
        "SignatureDoesNotMatch",
        "Signature expired: 20261125T100000Z is now earlier than 20261125T101000Z (20261125T101500Z - 5 min.)",
    );
    proxied
        .run("create", &[], Rules::fault_on("GetCallerIdentity", late))
        .code(1)
        .stderr_has("hint: this machine's clock is wrong");
}

#[test]
fn a_request_that_is_too_large_leads_to_the_zip() {
    let proxied = ProxiedEnv::new();
    let large = Fault::Error(
        413,
        "RequestEntityTooLargeException",
        "Request must be smaller than 70167211 bytes for the CreateFunction operation",
    );
    proxied
        .run("create", &[], Rules::fault_on("CreateFunction", large))
        .code(1)
        .stderr_has("smaller than 70167211 bytes")
        .stderr_has("LAMBDA_ZIP");
    proxied.delete_all("a refusal");
}
