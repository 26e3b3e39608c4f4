//! Nothing is half deleted: what AWS would refuse to delete, and what is not ours,
//! is found before the first deletion.

use aws_sdk_apigatewayv2 as apigateway;
use aws_sdk_cognitoidentityprovider as cognito;
use aws_sdk_iam as iam;
use e2e::{Inventory, ProxiedEnv, Rules, TestEnv, block_on};
use serde_json::{Value, json};

/// Asserts that `delete` and its dry run refuse, say why and what to do, and that
/// all is as before.
#[track_caller]
fn refused(proxied: &ProxiedEnv, rules: &Rules, why: &str, hint: &str) {
    let before = (proxied.env.inventory(), proxied.env.state());
    for args in [&["--dry-run"][..], &[]] {
        proxied
            .run("delete", args, rules.clone())
            .code(1)
            .stderr_has(why)
            .stderr_has("hint: ")
            .stderr_has(hint);
        assert_eq!((proxied.env.inventory(), proxied.env.state()), before);
    }
}

#[test]
fn a_protected_user_pool() {
    let proxied = ProxiedEnv::with_stack();
    let pool = proxied.env.recorded("user_pool_id");
    let cognito = cognito::Client::new(&proxied.env.sdk_config());
    let protect = |protection: cognito::types::DeletionProtectionType| {
        let call = cognito.update_user_pool().user_pool_id(&pool);
        block_on(call.deletion_protection(protection).send()).expect("UpdateUserPool");
    };
    protect(cognito::types::DeletionProtectionType::Active);
    refused(
        &proxied,
        &Rules::default(),
        &format!("User Pool '{pool}' cannot be deleted: its deletion protection is active"),
        &format!("--user-pool-id {pool} --deletion-protection INACTIVE"),
    );
    protect(cognito::types::DeletionProtectionType::Inactive);
    proxied.delete_all("the protection");
}

/// MiniStack has no such domain: the proxy adds it to the pool's description.
#[test]
fn a_user_pool_with_a_custom_domain() {
    let proxied = ProxiedEnv::with_stack();
    let pool = proxied.env.recorded("user_pool_id");
    let rules = Rules::answer_with("DescribeUserPool", |answer: &mut Value| {
        answer["UserPool"]["CustomDomain"] = json!("login.example.com");
    });
    refused(
        &proxied,
        &rules,
        &format!(
            "User Pool '{pool}' cannot be deleted: it has the custom domain 'login.example.com'"
        ),
        &format!("delete-user-pool-domain --domain login.example.com --user-pool-id {pool}"),
    );
    proxied.delete_all("the custom domain");
}

/// MiniStack knows no protection of log groups: the proxy answers as AWS does.
#[test]
fn a_protected_log_group() {
    let proxied = ProxiedEnv::with_stack();
    let rules = Rules::answer_with("DescribeLogGroups", |answer: &mut Value| {
        for group in answer["logGroups"].as_array_mut().expect("groups") {
            group["deletionProtectionEnabled"] = json!(true);
        }
    });
    refused(
        &proxied,
        &rules,
        "Log group '/aws/lambda/EchoFunction' cannot be deleted: its deletion protection is on",
        "put-log-group-deletion-protection --log-group-identifier /aws/lambda/EchoFunction",
    );
    proxied.delete_all("the protection");
}

#[test]
fn an_api_behind_a_custom_domain() {
    let proxied = ProxiedEnv::with_stack();
    let api = proxied.env.recorded("api_id");
    let gateway = apigateway::Client::new(&proxied.env.sdk_config());
    let mapping = block_on(async {
        let other = gateway
            .create_domain_name()
            .domain_name("empty.example.com");
        other.send().await.expect("CreateDomainName");
        let domain = gateway.create_domain_name().domain_name("api.example.com");
        domain.send().await.expect("CreateDomainName");
        let call = gateway.create_api_mapping().domain_name("api.example.com");
        let mapping = call.api_id(&api).stage("dev").send().await;
        mapping
            .expect("CreateApiMapping")
            .api_mapping_id
            .expect("an id")
    });
    refused(
        &proxied,
        &Rules::default(),
        &format!("API '{api}' cannot be deleted: the custom domain 'api.example.com' leads to it"),
        &format!("--domain-name api.example.com --api-mapping-id {mapping}"),
    );
    let call = gateway.delete_api_mapping().domain_name("api.example.com");
    block_on(call.api_mapping_id(mapping).send()).expect("DeleteApiMapping");
    proxied.delete_all("the mapping");
}

/// A school's policy may lack it; everything else works without.
#[test]
fn custom_domains_that_may_not_be_read_are_no_reason_to_stop() {
    let proxied = ProxiedEnv::with_stack();
    let denied = e2e::Fault::Error(403, "AccessDeniedException", "User is not authorized");
    let rules = Rules::fault_on("GetDomainNames", denied);
    proxied.run("delete", &[], rules).code(0);
    assert!(proxied.env.inventory().is_empty());
}

/// AWS deletes only a role without policies, whoever put them there.
#[test]
fn policies_that_others_put_on_the_role_are_removed_and_named() {
    let env = TestEnv::with_stack();
    let client = iam::Client::new(&env.sdk_config());
    let role = "APIGatewayLambdaRole";
    let managed = "arn:aws:iam::aws:policy/AWSXRayDaemonWriteAccess";
    block_on(async {
        let attach = client
            .attach_role_policy()
            .role_name(role)
            .policy_arn(managed);
        attach.send().await.expect("AttachRolePolicy");
        let call = client.put_role_policy().role_name(role).policy_name("Mine");
        let document = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"xray:PutTraceSegments","Resource":"*"}}"#;
        let put = call.policy_document(document).send().await;
        put.expect("PutRolePolicy");
    });
    env.run("delete", &["--dry-run"])
        .code(0)
        .stdout_has(&format!(
            "Would detach: Policy '{managed}', which somebody else"
        ))
        .stdout_has("Would delete: Policy 'Mine', which somebody else");
    env.delete()
        .code(0)
        .stdout_has(&format!(
            "Policy '{managed}', which somebody else had added to role '{role}', detached"
        ))
        .stdout_has("Policy 'Mine', which somebody else had added")
        .stdout_has(&format!("Role '{role}' deleted"));
    assert!(env.inventory().is_empty());
}

/// A state.json with somebody else's ids touches nothing of theirs, and what is
/// really ours is found by its tag.
#[test]
fn ids_of_somebody_elses_stack() {
    let ada = TestEnv::with_stack();
    let only_adas = ada.inventory();
    let bob = ada.colleague_named("bob");
    bob.create().code(0);
    let adas = ada.state();
    bob.edit_state(|state| {
        for key in [
            "user_pool_id",
            "user_pool_auth_domain_prefix",
            "terminal_app_client_id",
            "api_id",
            "api_authorizer_id",
            "api_integration_id",
            "api_route_id",
        ] {
            state[key] = adas[key].clone();
        }
    });
    let both = bob.inventory();
    bob.run("delete", &["--dry-run"]).code(0);
    assert_eq!(bob.inventory(), both);
    let (pool, api) = (&adas["user_pool_id"], &adas["api_id"]);
    let left = |what: &str, id: &Value| {
        let id = id.as_str().expect("an id");
        format!("note: {what} '{id}' was not made by this deployment")
    };
    bob.delete()
        .code(0)
        .stderr_has(&left("User Pool", pool))
        .stderr_has(&left("API", api));
    assert_eq!(ada.inventory(), only_adas);
    ada.tokens(&[]).code(0).stdout_has("hello world");
    ada.delete().code(0);
    assert_eq!(ada.inventory(), Inventory::default());
}
