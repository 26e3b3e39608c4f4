//! Updates of the function that AWS refuses for a moment, or describes in words of
//! its own.

use e2e::{Fault, ProxiedEnv, Rules, test_env};
use serde_json::{Value, json};

use super::by_hand::{FUNCTION, LiveStack};
use super::function::{GATEWAY, permit, upload};

type Change = fn(&LiveStack);

/// Each call that AWS refuses so, and a change by hand that makes it necessary.
const CALLS: &[(&str, Change)] = &[
    ("UpdateFunctionConfiguration", |stack| {
        let call = stack.lambda.update_function_configuration();
        stack.call(call.function_name(FUNCTION).memory_size(256).send());
    }),
    ("UpdateFunctionCode", |stack| {
        // The same program, with the times of the build.
        let zip = std::fs::read(test_env::zip()).expect("the zip");
        upload(stack, zip, None);
    }),
    ("RemovePermission", another_source),
    ("AddPermission", another_source),
];

fn another_source(stack: &LiveStack) {
    let other = "arn:aws:execute-api:us-east-1:000000000000:other/*/*/hello";
    permit(stack, GATEWAY, "lambda:InvokeFunction", other);
}

#[test]
fn a_concurrent_update_of_the_function_is_waited_for() {
    let proxied = ProxiedEnv::with_stack();
    for (operation, change) in CALLS {
        change(&LiveStack::new(&proxied.env));
        let rules = Rules::fault_on(operation, Fault::CONCURRENT_UPDATE);
        let result = proxied.run("create", &[], rules).code(0);
        let calls = proxied.proxy.operations();
        let sent = calls.iter().filter(|name| name == operation).count();
        assert_eq!(sent, 2, "{operation}: {calls:?}");
        assert!(result.stdout.contains("(updated: "), "{operation}");
        let again = proxied.create();
        assert!(!again.stdout.contains("updated"), "{operation}: {again:#?}");
        proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    }
    proxied.delete_all("conflicts");
}

/// Lambda calls a function `Inactive` that was idle for weeks: it can be invoked.
#[test]
fn an_idle_function_is_not_waited_for() {
    let proxied = ProxiedEnv::new();
    let rules = Rules::answer_with("GetFunction", |answer: &mut Value| {
        if answer["Configuration"].is_object() {
            answer["Configuration"]["State"] = json!("Inactive");
        }
    });
    proxied.run("create", &[], rules).code(0);
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("an idle function");
}

/// With the other form of the issuer every login would fail: it is named, and
/// UpdateUserPool sets it back.
#[test]
fn another_form_of_the_issuer_is_named_and_set_back() {
    let proxied = ProxiedEnv::with_stack();
    let rules = || {
        Rules::answer_with("DescribeUserPool", |answer: &mut Value| {
            answer["UserPool"]["IssuerConfiguration"] = json!({ "Type": "UPDATED" });
        })
    };
    let difference = "IssuerConfiguration.Type UPDATED -> ORIGINAL";
    let dry = proxied.run("create", &["--dry-run"], rules());
    dry.code(0).stdout_has(difference);
    proxied
        .run("create", &[], rules())
        .code(0)
        .stdout_has(difference);
    let calls = proxied.proxy.operations();
    let updated = calls.iter().any(|name| name == "UpdateUserPool");
    assert!(updated, "{calls:?}");
    proxied.delete_all("an issuer");
}
