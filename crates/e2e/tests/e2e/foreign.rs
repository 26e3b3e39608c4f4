//! The programs neither adopt nor delete what their deployment did not create,
//! and do nothing in the wrong cloud.

use aws_config::SdkConfig;
use e2e::{Inventory, TestEnv};

fn lambda_trust() -> String {
    r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"Service":"lambda.amazonaws.com"},"Action":"sts:AssumeRole"}]}"#.into()
}

async fn foreign_role(config: &SdkConfig, name: &str) -> String {
    let iam = aws_sdk_iam::Client::new(config);
    let made = iam
        .create_role()
        .role_name(name)
        .assume_role_policy_document(lambda_trust())
        .send()
        .await;
    made.expect("CreateRole").role.expect("a role").arn
}

async fn foreign_function(config: &SdkConfig, name: &str) {
    let role = foreign_role(config, "somebody-elses-role").await;
    let lambda = aws_sdk_lambda::Client::new(config);
    let zip = std::fs::read(e2e::test_env::zip()).expect("the zip");
    let code = aws_sdk_lambda::types::FunctionCode::builder()
        .zip_file(aws_sdk_lambda::primitives::Blob::new(zip))
        .build();
    let call = lambda
        .create_function()
        .function_name(name)
        .role(role)
        .code(code)
        .handler("bootstrap")
        .runtime(aws_sdk_lambda::types::Runtime::Providedal2023);
    call.send().await.expect("CreateFunction");
}

async fn foreign_domain(config: &SdkConfig, prefix: &str) {
    let cognito = aws_sdk_cognitoidentityprovider::Client::new(config);
    let call = cognito.create_user_pool().pool_name("HelloUserPool");
    let pool = call.send().await.expect("CreateUserPool").user_pool;
    let id = pool.expect("a pool").id.expect("an id");
    let call = cognito
        .create_user_pool_domain()
        .domain(prefix)
        .user_pool_id(id);
    call.send().await.expect("CreateUserPoolDomain");
}

async fn foreign_log_group(config: &SdkConfig) {
    let logs = aws_sdk_cloudwatchlogs::Client::new(config);
    let call = logs
        .create_log_group()
        .log_group_name("/aws/lambda/EchoFunction");
    call.send().await.expect("CreateLogGroup");
}

/// Asserts that `create` stops with exit code 1, naming the conflict and what
/// to set, and that what existed before is unchanged after `delete`.
#[track_caller]
fn clash(env: &TestEnv, what: &str, setting: &str) {
    let before = env.inventory();
    let result = env.create().code(1).stderr_has(what).stderr_has(setting);
    result.stderr_has("is there already");
    // The next run detects it in another way, with the same message.
    env.create().code(1).stderr_has(what).stderr_has(setting);
    env.delete().code(0);
    assert_eq!(env.inventory(), before);
}

#[test]
fn somebody_elses_role() {
    let env = TestEnv::new();
    e2e::block_on(foreign_role(&env.sdk_config(), "APIGatewayLambdaRole"));
    clash(&env, "Role 'APIGatewayLambdaRole'", "NAME_SUFFIX");
}

#[test]
fn somebody_elses_function() {
    let env = TestEnv::new();
    e2e::block_on(foreign_function(&env.sdk_config(), "EchoFunction"));
    clash(&env, "Function 'EchoFunction'", "NAME_SUFFIX");
}

#[test]
fn somebody_elses_domain() {
    let env = TestEnv::new();
    e2e::block_on(foreign_domain(&env.sdk_config(), "hello-42"));
    clash(&env, "Sign-in domain 'hello-42'", "DOMAIN_PREFIX");
}

#[test]
fn somebody_elses_log_group_is_used_and_left() {
    let env = TestEnv::new();
    e2e::block_on(foreign_log_group(&env.sdk_config()));
    let before = env.inventory();
    env.create()
        .code(0)
        .stderr_has("note: log group '/aws/lambda/EchoFunction' is there already");
    env.delete().code(0).stderr_has("it is left as it is");
    assert_eq!(env.inventory(), before);
}

/// A colleague's stack with the same names, created after ours was deleted.
#[test]
fn a_colleagues_stack_of_the_same_names() {
    let ada = TestEnv::with_stack();
    let kept = std::fs::read(ada.state_path()).unwrap();
    ada.delete().code(0);
    let bob = ada.colleague();
    bob.create().code(0);
    let before = bob.inventory();
    // Ada's old state.json names what is now Bob's.
    std::fs::write(ada.state_path(), kept).unwrap();
    ada.create().code(1).stderr_has("error: ");
    ada.delete()
        .code(0)
        .stderr_has("was not made by this deployment");
    assert_eq!(bob.inventory(), before);
    bob.tokens(&[]).code(0).stdout_has("hello world");
}

#[test]
fn the_wrong_cloud() {
    let env = TestEnv::with_stack();
    let (state, inventory) = (env.state(), env.inventory());
    let path = env.state_path().display().to_string();
    let elsewhere = TestEnv::new();
    let elsewhere_url = elsewhere.setting("AWS_ENDPOINT_URL").to_owned();
    let here_url = env.setting("AWS_ENDPOINT_URL").to_owned();
    for (there, both) in [
        (
            env.colleague().set("AWS_ENDPOINT_URL", &elsewhere_url),
            [here_url.as_str(), &elsewhere_url],
        ),
        (
            env.colleague().set("AWS_DEFAULT_REGION", "eu-west-1"),
            ["us-east-1", "eu-west-1"],
        ),
        (
            env.colleague().set("AWS_ACCESS_KEY_ID", "111111111111"),
            ["000000000000", "111111111111"],
        ),
    ] {
        for program in ["create", "delete"] {
            let result = there.run(program, &["--state", &path]).code(2);
            let named = result.stderr_has(both[0]).stderr_has(both[1]);
            named.stderr_has("hint: ");
        }
    }
    // No AWS credentials are needed to sign in, only the same endpoint.
    let mut there = env
        .colleague()
        .unset("AWS_ACCESS_KEY_ID")
        .unset("AWS_SECRET_ACCESS_KEY");
    there
        .tokens(&["--state", &path])
        .code(0)
        .stdout_has("hello world");
    there.change("AWS_ENDPOINT_URL", &elsewhere_url);
    there
        .tokens(&["--state", &path])
        .code(2)
        .stderr_has(&here_url);
    assert_eq!((env.state(), env.inventory()), (state, inventory));
    assert_eq!(elsewhere.inventory(), Inventory::default());
    env.delete().code(0);
}

/// As if a response had been lost and the lists had lagged behind.
#[test]
fn every_duplicate_that_carries_our_tag_is_removed() {
    let env = TestEnv::with_stack();
    let tag = env.recorded("deployment_id");
    let config = env.sdk_config();
    e2e::block_on(async {
        let cognito = aws_sdk_cognitoidentityprovider::Client::new(&config);
        let pool = cognito
            .create_user_pool()
            .pool_name("HelloUserPool")
            .user_pool_tags("deployment_id", &tag);
        pool.send().await.expect("CreateUserPool");
        let foreign = cognito.create_user_pool().pool_name("HelloUserPool");
        foreign.send().await.expect("CreateUserPool");
        let gateway = aws_sdk_apigatewayv2::Client::new(&config);
        let http = aws_sdk_apigatewayv2::types::ProtocolType::Http;
        let api = gateway
            .create_api()
            .name("HelloAPI")
            .protocol_type(http)
            .tags("deployment_id", &tag);
        api.send().await.expect("CreateApi");
    });
    env.edit_state(|state| drop(state.as_object_mut().unwrap().remove("complete")));
    env.delete().code(0);
    let foreign = Inventory {
        user_pools: vec!["HelloUserPool".into()],
        ..Inventory::default()
    };
    assert_eq!(env.inventory(), foreign);
}
