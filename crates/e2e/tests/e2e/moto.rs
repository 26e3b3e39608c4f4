//! The programs against moto, a second emulator, which validates requests
//! differently. It has no sign-in page and serves no APIs, so nobody logs in.

use aws_sdk_apigatewayv2::Client as ApiGateway;
use aws_sdk_cognitoidentityprovider::Client as Cognito;
use aws_sdk_iam::Client as Iam;
use aws_sdk_lambda::Client as Lambda;
use e2e::{Cloud, TestEnv, block_on, inventory};

/// The numbers of user pools, APIs, functions, and roles of ours.
async fn counts(cloud: &Cloud) -> [usize; 4] {
    let config = inventory::config(&cloud.url, "test").await;
    let pools = Cognito::new(&config)
        .list_user_pools()
        .max_results(60)
        .send()
        .await
        .expect("ListUserPools");
    let apis = ApiGateway::new(&config).get_apis().send().await;
    let functions = Lambda::new(&config).list_functions().send().await;
    let roles = Iam::new(&config).list_roles().send().await;
    [
        pools.user_pools().len(),
        apis.expect("GetApis").items().len(),
        functions.expect("ListFunctions").functions().len(),
        roles.expect("ListRoles").roles().len(),
    ]
}

/// Asserts what moto cannot do, rather than hide it: it lists no authorizers,
/// though it knows each of them.
async fn authorizers(cloud: &Cloud, state: &serde_json::Value) {
    let id = |key: &str| state[key].as_str().expect("an id").to_owned();
    let gateway = ApiGateway::new(&inventory::config(&cloud.url, "test").await);
    let list = gateway.get_authorizers().api_id(id("api_id")).send().await;
    let error = list.expect_err("moto 5 answers GetAuthorizers with 500");
    let status = error.raw_response().map(|answer| answer.status().as_u16());
    assert_eq!(status, Some(500));
    let one = gateway
        .get_authorizer()
        .api_id(id("api_id"))
        .authorizer_id(id("api_authorizer_id"))
        .send()
        .await;
    assert_eq!(one.expect("GetAuthorizer").name(), Some("MyAuthorizer"));
}

#[test]
fn create_again_and_delete_on_moto() {
    let cloud = Cloud::start_moto();
    let env = TestEnv::at(&cloud.url).set("SETTLE_SECONDS", "0.2");
    env.create()
        .code(0)
        .stderr_has("note: the sign-in page does not answer yet")
        .stderr_has("note: the API does not answer yet")
        .stdout_has("State saved in 'state.json'");
    assert_eq!(block_on(counts(&cloud)), [1, 1, 1, 1]);
    block_on(authorizers(&cloud, &env.state()));
    env.create().code(0).stderr_has("\n15 unchanged\n");
    let deleted = env.delete().code(0).stdout_has("Nothing is left.");
    assert!(!deleted.stderr.contains("note:"), "{deleted:#?}");
    assert_eq!(block_on(counts(&cloud)), [0, 0, 0, 0]);
}
