//! Responses without the id of what was made: an error, and the next run finds it.

use e2e::{Fault, ProxiedEnv, Rules};
use serde_json::Value;

use crate::whole_path::assert_complete;

/// The calls that make something with an id of AWS's own: the operation, the
/// field as AWS documents it, and its name in the response.
const IDS: &[(&str, &str, &str)] = &[
    ("CreateUserPool", "Id", "Id"),
    ("CreateResourceServer", "Identifier", "Identifier"),
    ("CreateUserPoolClient", "ClientId", "ClientId"),
    ("CreateApi", "ApiId", "apiId"),
    ("CreateApi", "ApiEndpoint", "apiEndpoint"),
    ("CreateAuthorizer", "AuthorizerId", "authorizerId"),
    ("CreateRole", "Arn", "Arn"),
    ("CreateFunction", "FunctionArn", "FunctionArn"),
    ("CreateIntegration", "IntegrationId", "integrationId"),
    ("CreateRoute", "RouteId", "routeId"),
];

/// A call of which there are several is noted with the route that it is for.
fn is_under_way(state: &Value, operation: &str) -> bool {
    let mut calls = state["under_way"].as_object().into_iter().flatten();
    calls.any(|(call, since)| call.split(' ').next() == Some(operation) && since.is_u64())
}

#[test]
fn a_create_whose_answer_has_no_id_is_an_error_that_the_next_run_heals() {
    let proxied = ProxiedEnv::new();
    for (operation, documented, field) in IDS {
        let rules = Rules::fault_on(operation, Fault::Without(field));
        proxied
            .run("create", &[], rules)
            .code(1)
            .stderr_has(&format!(
                "error: {operation}: the answer has no {documented}"
            ))
            .stderr_has("hint: ");
        let state = proxied.env.state();
        assert!(
            is_under_way(&state, operation),
            "{operation} is not noted as under way: {state:#}"
        );
        let keys = state.as_object().expect("an object").iter();
        let empty: Vec<_> = keys.filter(|(_, value)| *value == "").collect();
        assert!(empty.is_empty(), "{operation}: {empty:?}");

        proxied.create();
        assert_complete(&proxied.env, operation);
        proxied.env.tokens(&[]).code(0).stdout_has("hello world");
        proxied.delete_all(operation);
    }
}

#[test]
fn delete_finds_what_has_no_id_in_the_file() {
    let proxied = ProxiedEnv::new();
    for (operation, _, field) in IDS {
        let rules = Rules::fault_on(operation, Fault::Without(field));
        proxied.run("create", &[], rules).code(1);
        proxied.delete_all(operation);
    }
}
