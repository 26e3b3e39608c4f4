//! `iam-policy.json`: what the programs need in an account, and nothing more.

use std::collections::BTreeSet;

use e2e::{Rig, Rules, workspace};
use serde_json::Value;

/// What one call needs beside its own action, and why.
const ALSO: [(&str, &str, &str); 6] = [
    ("CreateFunction", "iam:PassRole", "Lambda gets the role"),
    ("CreateFunction", "lambda:TagResource", "it has a tag"),
    ("CreateLogGroup", "logs:TagResource", "it has a tag"),
    ("CreateRole", "iam:TagRole", "it has a tag"),
    ("CreateUserPool", "cognito-idp:TagResource", "it has a tag"),
    ("GetFunction", "lambda:ListTags", "else it shows no tags"),
];

/// The services and those of their operations that the programs call. API
/// Gateway's actions are HTTP's methods; STS tells everybody who they are.
const OPERATIONS: [(&str, &str); 6] = [
    (
        "apigateway",
        "CreateApi CreateAuthorizer CreateIntegration CreateRoute CreateStage DeleteApi GetApi \
         GetApis GetAuthorizers GetIntegrations GetRoutes GetStage",
    ),
    (
        "cognito-idp",
        "AdminCreateUser AdminGetUser AdminSetUserPassword CreateResourceServer CreateUserPool \
         CreateUserPoolClient CreateUserPoolDomain DeleteUserPool DeleteUserPoolDomain \
         DescribeResourceServer DescribeUserPool DescribeUserPoolDomain ListUserPoolClients \
         ListUserPools",
    ),
    (
        "iam",
        "AttachRolePolicy CreateRole DeleteRole DetachRolePolicy GetRole ListAttachedRolePolicies",
    ),
    (
        "lambda",
        "AddPermission CreateFunction DeleteFunction GetFunction GetPolicy",
    ),
    (
        "logs",
        "CreateLogGroup DeleteLogGroup ListTagsForResource PutRetentionPolicy",
    ),
    ("sts", "GetCallerIdentity"),
];

/// The action that a call needs; `None` for one that everybody may make.
fn action(operation: &str) -> Option<String> {
    let has = |names: &str| names.split_whitespace().any(|name| name == operation);
    let service = OPERATIONS.iter().find(|(_, names)| has(names));
    let (service, _) = service.unwrap_or_else(|| panic!("whose operation is {operation}?"));
    let method = || match &operation[..3] {
        "Cre" => "POST",
        "Del" => "DELETE",
        _ => "GET",
    };
    match *service {
        "sts" => None,
        "apigateway" => Some(format!("apigateway:{}", method())),
        service => Some(format!("{service}:{operation}")),
    }
}

fn policy() -> Value {
    let text = std::fs::read_to_string(workspace().join("iam-policy.json"));
    serde_json::from_str(&text.expect("iam-policy.json")).expect("JSON")
}

fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::String(action) => vec![action.clone()],
        actions => serde_json::from_value(actions.clone()).expect("a list of actions"),
    }
}

/// Runs a program; what it calls is added to `seen`.
fn run(rig: &Rig, program: &str, args: &[&str], seen: &mut BTreeSet<String>) {
    rig.run(program, args, Rules::default()).code(0);
    seen.extend(rig.proxy.operations());
}

/// Makes state.json forget a key, as after a run that was disturbed.
fn forget(rig: &Rig, key: &str) {
    let mut state = rig.person.state();
    state.as_object_mut().expect("an object").remove(key);
    std::fs::write(rig.person.state_path(), state.to_string()).expect("state.json");
}

#[test]
fn the_policy_allows_what_is_called_and_nothing_else() {
    let rig = Rig::new();
    let mut seen = BTreeSet::new();
    run(&rig, "create", &["--dry-run"], &mut seen);
    run(&rig, "create", &[], &mut seen);
    run(&rig, "create", &[], &mut seen);
    run(&rig, "create", &["--dry-run"], &mut seen);
    run(&rig, "delete", &["--dry-run"], &mut seen);
    run(&rig, "delete", &[], &mut seen);
    run(&rig, "create", &[], &mut seen);
    forget(&rig, "complete");
    run(&rig, "delete", &[], &mut seen);

    let also = ALSO.iter().filter(|(call, ..)| seen.contains(*call));
    let mut needed: BTreeSet<String> = also.map(|(_, action, _)| (*action).to_owned()).collect();
    needed.extend(seen.iter().filter_map(|call| action(call)));
    let policy = policy();
    let statements = policy["Statement"].as_array().expect("statements");
    let allowed: BTreeSet<String> = statements.iter().flat_map(actions).collect();
    assert_eq!(allowed, needed);
}

#[test]
fn the_policy_is_in_order_and_as_narrow_as_it_can_be() {
    let policy = policy();
    assert_eq!(policy["Version"], "2012-10-17");
    for statement in policy["Statement"].as_array().expect("statements") {
        assert_eq!(statement["Effect"], "Allow");
        let actions = actions(statement);
        assert!(actions.is_sorted(), "{actions:?}");
        assert!(
            !actions.iter().any(|action| action.contains('*')),
            "{actions:?}"
        );
        if statement["Resource"] == "*" {
            // A pool has no id before it is made, a domain is not a resource.
            assert_eq!(statement["Sid"], "UserPoolWithoutAnId");
        }
    }
}
