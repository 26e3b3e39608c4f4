//! `iam-policy.json`: the permissions that the programs need, and no more.

use std::collections::BTreeSet;

use aws_sdk_iam::Client as Iam;
use aws_sdk_iam::config::{Credentials, SharedCredentialsProvider};
use aws_sdk_iam::error::ProvideErrorMetadata;
use e2e::{Cloud, Inventory, ProxiedEnv, Rules, TestEnv, block_on, inventory, workspace};
use serde_json::{Value, json};

/// Actions that a call needs besides its own, and why.
const ALSO: [(&str, &str, &str); 7] = [
    ("CreateApi", "apigateway:TagResource", "it has a tag"),
    ("CreateFunction", "iam:PassRole", "Lambda gets the role"),
    ("CreateFunction", "lambda:TagResource", "it has a tag"),
    ("CreateLogGroup", "logs:TagResource", "it has a tag"),
    ("CreateRole", "iam:TagRole", "it has a tag"),
    ("CreateUserPool", "cognito-idp:TagResource", "it has a tag"),
    ("GetFunction", "lambda:ListTags", "else it shows no tags"),
];

/// The services, and their operations that the programs call. API Gateway's
/// actions are HTTP methods; GetCallerIdentity needs no permission.
const OPERATIONS: [(&str, &str); 6] = [
    (
        "apigateway",
        "CreateApi CreateAuthorizer CreateIntegration CreateRoute CreateStage DeleteApi DeleteAuthorizer DeleteCorsConfiguration DeleteIntegration DeleteRoute GetApi \
         GetApiMappings GetApis GetAuthorizer GetAuthorizers GetDomainNames GetIntegration GetIntegrations GetRoute GetRoutes \
         GetStage UpdateApi UpdateAuthorizer UpdateIntegration UpdateRoute UpdateStage",
    ),
    (
        "cognito-idp",
        "AdminCreateUser AdminEnableUser AdminGetUser AdminSetUserPassword AdminUpdateUserAttributes \
         CreateResourceServer CreateUserPool CreateUserPoolClient CreateUserPoolDomain \
         DeleteUserPool DeleteUserPoolClient DeleteUserPoolDomain DescribeResourceServer DescribeUserPool \
         DescribeUserPoolClient DescribeUserPoolDomain ListUserPoolClients ListUserPools \
         UpdateResourceServer UpdateUserPool UpdateUserPoolClient UpdateUserPoolDomain",
    ),
    (
        "iam",
        "CreateRole DeleteRole DeleteRolePolicy DetachRolePolicy GetRole GetRolePolicy \
         ListAttachedRolePolicies ListRolePolicies ListRoles PutRolePermissionsBoundary PutRolePolicy UpdateAssumeRolePolicy",
    ),
    (
        "lambda",
        "AddPermission CreateFunction DeleteFunction GetFunction GetPolicy ListFunctions ListTags \
         RemovePermission \
         UpdateFunctionCode UpdateFunctionConfiguration",
    ),
    (
        "logs",
        "CreateLogGroup DeleteLogGroup DescribeLogGroups FilterLogEvents ListTagsForResource PutRetentionPolicy",
    ),
    ("sts", "GetCallerIdentity"),
];

/// Calls that are only made to update a live stack, or to find what an earlier
/// run did not record. The tests of changes and the sweeps make each of them;
/// here they count as made.
const CHANGES: &str = "AdminEnableUser AdminUpdateUserAttributes DeleteAuthorizer DeleteCorsConfiguration DeleteIntegration DeleteRoute \
    DeleteUserPoolClient DetachRolePolicy ListUserPoolClients PutRolePermissionsBoundary RemovePermission \
    UpdateApi UpdateAssumeRolePolicy UpdateAuthorizer UpdateFunctionCode \
    UpdateFunctionConfiguration UpdateIntegration UpdateResourceServer UpdateRoute UpdateStage \
    UpdateUserPool UpdateUserPoolClient UpdateUserPoolDomain";

/// The action that a call needs; `None` for a call that needs no permission.
fn action(operation: &str) -> Option<String> {
    let has = |names: &str| names.split_whitespace().any(|name| name == operation);
    let Some((service, _)) = OPERATIONS.iter().find(|(_, names)| has(names)) else {
        panic!("whose operation is {operation}?");
    };
    let method = || match &operation[..3] {
        "Cre" => "POST",
        "Del" => "DELETE",
        "Upd" => "PATCH",
        "Tag" => "POST",
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

fn is_allow(statement: &Value) -> bool {
    statement["Effect"] == "Allow"
}

fn actions(statement: &Value) -> Vec<String> {
    match &statement["Action"] {
        Value::String(action) => vec![action.clone()],
        actions => serde_json::from_value(actions.clone()).expect("a list of actions"),
    }
}

/// Runs a program and adds its operations to `seen`.
fn run(proxied: &ProxiedEnv, program: &str, args: &[&str], seen: &mut BTreeSet<String>) {
    proxied.run(program, args, Rules::default()).code(0);
    seen.extend(proxied.proxy.operations());
}

/// Makes state.json look as after an interrupted run: `delete` then searches.
fn mark_interrupted(env: &TestEnv) {
    env.edit_state(|state| drop(state.as_object_mut().expect("an object").remove("complete")));
}

#[test]
fn the_policy_allows_what_is_called_and_nothing_else() {
    let proxied = ProxiedEnv::new();
    let mut seen = BTreeSet::new();
    run(&proxied, "create", &["--dry-run"], &mut seen);
    run(&proxied, "create", &[], &mut seen);
    run(&proxied, "create", &[], &mut seen);
    run(&proxied, "create", &["--dry-run"], &mut seen);
    run(&proxied, "logs", &[], &mut seen);
    run(&proxied, "delete", &["--dry-run"], &mut seen);
    run(&proxied, "delete", &[], &mut seen);
    run(&proxied, "create", &[], &mut seen);
    mark_interrupted(&proxied.env);
    run(&proxied, "delete", &[], &mut seen);
    run(&proxied, "create", &[], &mut seen);
    run(&proxied, "delete", &["--list"], &mut seen);
    let id = proxied.env.recorded("deployment_id");
    std::fs::remove_file(proxied.env.state_path()).expect("state.json");
    run(&proxied, "delete", &["--deployment", &id], &mut seen);

    seen.extend(CHANGES.split_whitespace().map(str::to_owned));
    let also = ALSO.iter().filter(|(call, ..)| seen.contains(*call));
    let mut needed: BTreeSet<String> = also.map(|(_, action, _)| (*action).to_owned()).collect();
    needed.extend(seen.iter().filter_map(|call| action(call)));
    let policy = policy();
    let statements = policy["Statement"].as_array().expect("statements");
    let allows = statements.iter().filter(|statement| is_allow(statement));
    let allowed: BTreeSet<String> = allows.flat_map(actions).collect();
    assert_eq!(allowed, needed);
}

/// A class may have to do without it.
#[test]
fn only_a_lost_state_json_needs_the_statement_for_it() {
    let cloud = Cloud::start_strict();
    let iam = Iam::new(&block_on(inventory::config(&cloud.url, "000000000000")));
    let mut policy = policy();
    let statements = policy["Statement"].as_array_mut().expect("statements");
    statements.retain(|statement| statement["Sid"] != "ListDeployments");
    let env = block_on(learner(&cloud, &iam, &for_ministack(policy, "learner")));
    env.create().code(0);
    env.run("delete", &["--list"])
        .code(1)
        .stderr_has("AccessDenied")
        .stderr_has("iam-policy.json");
    mark_interrupted(&env);
    env.delete().code(0);
}

#[test]
fn the_policy_is_sorted_and_narrow() {
    let policy = policy();
    assert_eq!(policy["Version"], "2012-10-17");
    for statement in policy["Statement"].as_array().expect("statements") {
        let actions = actions(statement);
        assert!(actions.is_sorted(), "{actions:?}");
        assert!(
            !actions.iter().any(|action| action.contains('*')),
            "{actions:?}"
        );
        if is_allow(statement) && statement["Resource"] == "*" {
            // A pool has no id before it exists; a domain is not an IAM resource.
            // Roles and functions can only be listed all together.
            let sid = statement["Sid"].as_str().expect("a Sid");
            assert!(
                ["UserPoolWithoutAnId", "ListDeployments"].contains(&sid),
                "{sid}"
            );
        }
    }
}

/// What a person whose user has a tag may not do to a stack with another one: all
/// that the policy allows, but for reading and making something new.
#[test]
fn what_changes_a_stack_is_denied_for_that_of_somebody_else() {
    let policy = policy();
    let statements = policy["Statement"].as_array().expect("statements");
    let (allows, denies): (Vec<_>, Vec<_>) =
        statements.iter().partition(|statement| is_allow(statement));
    let denied: BTreeSet<String> = denies.into_iter().flat_map(actions).collect();
    let reading = ["Get", "List", "Describe", "AdminGet"];
    let tagged = ["Function", "LogGroup", "Role", "UserPool"].map(|what| format!("Create{what}"));
    let allowed = allows.into_iter().flat_map(actions);
    let expected = allowed.filter(|action| {
        let (_, operation) = action.split_once(':').expect("service:Operation");
        let reads = reading.iter().any(|start| operation.starts_with(start));
        // POST makes something new, also in an API, whose parts have no tags.
        let makes = tagged.iter().any(|create| create == operation) || operation == "POST";
        !reads && !makes && operation != "GET"
    });
    assert_eq!(denied, expected.collect::<BTreeSet<String>>());
}

/// The policy without what MiniStack cannot evaluate: a role's boundary, which
/// function is created, which log groups are listed, and the variable for the tag
/// of the user, whose value is written in its place.
fn for_ministack(mut policy: Value, name: &str) -> String {
    let statements = policy["Statement"].as_array_mut().expect("statements");
    for statement in statements.iter_mut() {
        if statement["Sid"] == "RoleMayOnlyWriteLogs" {
            statement
                .as_object_mut()
                .expect("an object")
                .remove("Condition")
                .expect("a condition");
        }
    }
    statements.push(json!({
        "Effect": "Allow",
        "Action": ["lambda:CreateFunction", "logs:DescribeLogGroups"],
        "Resource": "*",
    }));
    let variable = "${aws:PrincipalTag/name_suffix}";
    let text = policy.to_string();
    assert!(text.contains(variable));
    text.replace(variable, &format!("-{name}"))
}

/// An environment with the access key of a user who has only this policy, and
/// the tag that says which name suffix is theirs.
async fn student(cloud: &Cloud, iam: &Iam, name: &str) -> TestEnv {
    let suffix = format!("-{name}");
    let tag = aws_sdk_iam::types::Tag::builder()
        .key("name_suffix")
        .value(&suffix);
    let user = iam
        .create_user()
        .user_name(name)
        .tags(tag.build().expect("a tag"));
    user.send().await.expect("CreateUser");
    with_policy(cloud, iam, name, &for_ministack(policy(), name))
        .await
        .set("NAME_SUFFIX", &suffix)
        .set("DOMAIN_PREFIX", &format!("hello-{name}"))
}

/// An environment with the access key of a user who has only this policy.
async fn learner(cloud: &Cloud, iam: &Iam, policy: &str) -> TestEnv {
    let user = iam.create_user().user_name("learner").send().await;
    user.expect("CreateUser");
    with_policy(cloud, iam, "learner", policy).await
}

async fn with_policy(cloud: &Cloud, iam: &Iam, name: &str, policy: &str) -> TestEnv {
    let policy = iam
        .put_user_policy()
        .user_name(name)
        .policy_name(name)
        .policy_document(policy);
    policy.send().await.expect("PutUserPolicy");
    let created = iam.create_access_key().user_name(name).send().await;
    let key = created.expect("CreateAccessKey").access_key.expect("a key");
    TestEnv::at(&cloud.url)
        .set("AWS_ACCESS_KEY_ID", key.access_key_id())
        .set("AWS_SECRET_ACCESS_KEY", key.secret_access_key())
}

/// Tries to delete what has this suffix, with the access key of the environment.
async fn deletes_as(env: &TestEnv, cloud: &Cloud, suffix: &str) {
    let key = env.setting("AWS_ACCESS_KEY_ID");
    let secret = env.setting("AWS_SECRET_ACCESS_KEY");
    let credentials = Credentials::new(key, secret, None, None, "tests");
    let provider = SharedCredentialsProvider::new(credentials);
    let own = inventory::config(&cloud.url, "000000000000").await;
    let config = own.into_builder().credentials_provider(provider).build();
    let denied = |code: Option<&str>, what: &str| {
        let denied = ["AccessDenied", "AccessDeniedException"];
        assert!(
            code.is_some_and(|code| denied.contains(&code)),
            "{what}: {code:?}"
        );
    };

    let function = format!("EchoFunction{suffix}");
    let lambda = aws_sdk_lambda::Client::new(&config);
    let answer = lambda.delete_function().function_name(&function).send();
    denied(answer.await.unwrap_err().code(), "DeleteFunction");
    let logs = aws_sdk_cloudwatchlogs::Client::new(&config);
    let group = format!("/aws/lambda/{function}");
    let answer = logs.delete_log_group().log_group_name(group).send();
    denied(answer.await.unwrap_err().code(), "DeleteLogGroup");
    let call = Iam::new(&config)
        .delete_role_policy()
        .policy_name("WriteOwnLogGroup");
    let answer = call
        .role_name(format!("APIGatewayLambdaRole{suffix}"))
        .send();
    denied(answer.await.unwrap_err().code(), "DeleteRolePolicy");
}

/// Two students of one account, each with a tag on their user: neither can change
/// or delete what the other has, and both can work. MiniStack does not evaluate the
/// tags of pools and APIs, so those are left out.
#[test]
fn a_student_cannot_delete_the_stack_of_another() {
    let cloud = Cloud::start_strict();
    let iam = Iam::new(&block_on(inventory::config(&cloud.url, "000000000000")));
    let (ada, bob) = block_on(async {
        (
            student(&cloud, &iam, "ada").await,
            student(&cloud, &iam, "bob").await,
        )
    });
    ada.create().code(0);
    bob.create().code(0);

    let inventory = || block_on(Inventory::read(&cloud.url, "000000000000"));
    let before = inventory();
    block_on(deletes_as(&ada, &cloud, "-bob"));
    assert_eq!(inventory(), before, "something is gone");

    ada.create().code(0);
    ada.delete().code(0).stdout_has("Nothing is left.");
    bob.tokens(&[]).code(0).stdout_has("hello world");
    bob.delete().code(0).stdout_has("Nothing is left.");
}

#[test]
fn a_user_with_this_policy_and_no_other_can_do_it_all() {
    let cloud = Cloud::start_strict();
    let iam = Iam::new(&block_on(inventory::config(&cloud.url, "000000000000")));
    let env = block_on(learner(&cloud, &iam, &for_ministack(policy(), "learner")));
    env.create().code(0);
    env.create().code(0);
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.run("delete", &["--list"])
        .code(0)
        .stdout_has("Deployment '");
    mark_interrupted(&env);
    env.delete().code(0).stdout_has("Nothing is left.");

    let policy = iam.delete_user_policy().user_name("learner");
    block_on(policy.policy_name("learner").send()).expect("DeleteUserPolicy");
    env.create().code(1).stderr_has("GetRole: AccessDenied: ");
    assert!(!env.state_path().exists(), "nothing is begun");
}

/// Whether the role may do this, by IAM's own evaluation.
async fn may(iam: &Iam, role_arn: &str, action: &str, resource: &str) -> bool {
    let call = iam
        .simulate_principal_policy()
        .policy_source_arn(role_arn)
        .action_names(action)
        .resource_arns(resource);
    let answer = call.send().await.expect("SimulatePrincipalPolicy");
    let result = answer.evaluation_results().first().expect("a result");
    result.eval_decision().as_str() == "allowed"
}

#[test]
fn the_function_may_write_its_own_log_group_and_make_none() {
    let env = TestEnv::with_stack();
    let arn = env.recorded("lambda_role_arn");
    let group = "arn:aws:logs:us-east-1:000000000000:log-group:/aws/lambda/EchoFunction";
    let (stream, other) = (format!("{group}:log-stream:x"), format!("{group}Other:x"));
    let iam = Iam::new(&env.sdk_config());
    block_on(async {
        assert!(may(&iam, &arn, "logs:CreateLogStream", &stream).await);
        assert!(may(&iam, &arn, "logs:PutLogEvents", &stream).await);
        assert!(!may(&iam, &arn, "logs:CreateLogGroup", group).await);
        assert!(!may(&iam, &arn, "logs:PutLogEvents", &other).await);
        assert!(!may(&iam, &arn, "s3:GetObject", "*").await);
    });
    env.delete().code(0);
}

/// Earlier versions and the Python scripts attached AWS's policy to the role.
#[test]
fn a_role_of_an_earlier_version_is_updated_or_deleted() {
    let env = TestEnv::new();
    let policy = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
    let as_in_earlier_versions = || {
        let iam = Iam::new(&env.sdk_config());
        block_on(async {
            let role = "APIGatewayLambdaRole";
            let attach = iam.attach_role_policy().role_name(role).policy_arn(policy);
            attach.send().await.expect("AttachRolePolicy");
            let own = iam.delete_role_policy().role_name(role);
            let deleted = own.policy_name("WriteOwnLogGroup").send().await;
            deleted.expect("DeleteRolePolicy");
            let boundary = iam.delete_role_permissions_boundary().role_name(role);
            let deleted = boundary.send().await;
            deleted.expect("DeleteRolePermissionsBoundary");
        });
        assert_eq!(
            env.inventory().roles,
            ["APIGatewayLambdaRole: AWSLambdaBasicExecutionRole"]
        );
    };
    env.create().code(0);
    as_in_earlier_versions();
    env.create()
        .code(0)
        .stdout_has("(updated: PermissionsBoundary (none) -> ")
        .stderr_has("AttachedPolicies [arn:aws:iam::aws:policy/service-role/");
    assert_eq!(
        env.inventory().roles,
        ["APIGatewayLambdaRole: WriteOwnLogGroup"]
    );
    as_in_earlier_versions();
    env.delete().code(0);
    assert!(env.inventory().is_empty());
}
