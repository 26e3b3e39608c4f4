//! A lost state.json: deployments are found by their tag, and what `create` made
//! is neither built over nor forgotten.

use aws_sdk_cognitoidentityprovider as cognito;
use aws_sdk_iam as iam;
use e2e::run_result::program;
use e2e::{ProxiedEnv, Rules, RunResult, TestEnv, block_on, workspace};

/// The id of the deployment in state.json.
fn deployment(env: &TestEnv) -> String {
    env.recorded("deployment_id")
}

fn lose_state_json(env: &TestEnv) {
    std::fs::remove_file(env.state_path()).expect("state.json");
}

/// The lines of the list, and the time in each, which is taken out.
fn list(env: &TestEnv) -> (Vec<String>, Vec<String>) {
    let result = env.run("delete", &["--list"]).code(0);
    let lines = result.stdout.lines().map(|line| {
        let (before, rest) = line.split_once(", since ").expect("a time");
        let (time, after) = rest.split_once(" UTC").expect("its zone");
        (format!("{before}{after}"), time.to_owned())
    });
    lines.unzip()
}

#[test]
fn the_list_says_what_is_there_and_since_when() {
    let ada = TestEnv::new();
    ada.run("delete", &["--list"])
        .code(0)
        .stdout_has("There is no deployment in account '000000000000', region 'us-east-1'");
    ada.create().code(0);
    let bob = ada.colleague_named("bob");
    bob.create().code(0);
    let (lines, times) = list(&bob);
    let (adas, bobs) = (deployment(&ada), deployment(&bob));
    assert_eq!(
        lines,
        [
            format!(
                "Deployment '{adas}', no name suffix: user pool 'HelloUserPool', \
                 sign-in domain 'hello-42', API 'HelloAPI', role 'APIGatewayLambdaRole', \
                 function 'EchoFunction', log group '/aws/lambda/EchoFunction'"
            ),
            format!(
                "Deployment '{bobs}', name suffix '-bob': user pool 'HelloUserPool-bob', \
                 sign-in domain 'hello-bob', API 'HelloAPI-bob', \
                 role 'APIGatewayLambdaRole-bob', function 'EchoFunction-bob', \
                 log group '/aws/lambda/EchoFunction-bob' (in 'state.json')"
            ),
        ]
    );
    let iam = iam::Client::new(&ada.sdk_config());
    let answer = block_on(iam.get_role().role_name("APIGatewayLambdaRole").send());
    let role = answer.expect("GetRole").role.expect("a role");
    let day = role.create_date.to_string()[..10].to_owned();
    assert!(times.iter().all(|time| time.starts_with(&day)), "{times:?}");
}

#[test]
fn a_deployment_is_taken_down_by_its_id() {
    let ada = TestEnv::with_stack();
    let bob = ada.colleague_named("bob");
    bob.create().code(0);
    let (adas, both) = (deployment(&ada), ada.inventory());
    lose_state_json(&ada);

    // From the folder of another deployment, whose state.json stays.
    let bobs_state = bob.state();
    bob.run("delete", &["--deployment", &adas, "--dry-run"])
        .code(0)
        .stdout_has("Would delete: User Pool '")
        .stdout_has("Would delete: Log group '/aws/lambda/EchoFunction'");
    assert_eq!(ada.inventory(), both);
    bob.run("delete", &["--deployment", &adas])
        .code(0)
        .stdout_has("Role 'APIGatewayLambdaRole' deleted")
        .stdout_has("Nothing is left.");
    assert_eq!(bob.state(), bobs_state);
    bob.tokens(&[]).code(0).stdout_has("hello world");

    ada.run("delete", &["--deployment", &adas])
        .code(1)
        .stderr_has(&format!("There is no deployment '{adas}' in account"))
        .stderr_has("--list");
    // Named though its state.json is there: the file goes too.
    bob.run("delete", &["--deployment", &deployment(&bob)])
        .code(0)
        .stdout_has("'state.json' removed");
    assert!(!bob.state_path().exists() && bob.inventory().is_empty());
}

/// A protected pool refuses here too, before anything is deleted.
#[test]
fn a_deployment_without_state_json_is_not_half_deleted_either() {
    let ada = TestEnv::with_stack();
    let (id, pool) = (deployment(&ada), ada.recorded("user_pool_id"));
    lose_state_json(&ada);
    let before = ada.inventory();
    let cognito = cognito::Client::new(&ada.sdk_config());
    let call = cognito.update_user_pool().user_pool_id(pool);
    let protected = call.deletion_protection(cognito::types::DeletionProtectionType::Active);
    block_on(protected.send()).expect("UpdateUserPool");
    ada.run("delete", &["--deployment", &id])
        .code(1)
        .stderr_has("deletion protection is active");
    assert_eq!(ada.inventory(), before);
}

/// Every unique name is taken: nothing is made, and the way out is named.
#[test]
fn create_makes_no_half_stack_beside_the_lost_one() {
    let proxied = ProxiedEnv::with_stack();
    let id = deployment(&proxied.env);
    lose_state_json(&proxied.env);
    let before = proxied.env.inventory();
    for args in [&["--dry-run"][..], &[]] {
        let belongs = format!("is there already: it belongs to deployment '{id}'");
        proxied
            .run("create", args, Rules::default())
            .code(1)
            .stderr_has(&format!("Sign-in domain 'hello-42' {belongs}"))
            .stderr_has(&format!("Role 'APIGatewayLambdaRole' {belongs}"))
            .stderr_has(&format!("Function 'EchoFunction' {belongs}"))
            .stderr_has(&format!("cargo run --bin delete -- --deployment {id}"));
        let changed = proxied.proxy.changes();
        assert!(changed.is_empty(), "{changed:?}");
        assert!(!proxied.env.state_path().exists());
    }
    assert_eq!(proxied.env.inventory(), before);
    proxied
        .run("delete", &["--deployment", &id], Rules::default())
        .code(0);
    assert!(proxied.env.inventory().is_empty());
    proxied.create();
    proxied.delete_all("a lost state.json");
}

/// A role is in no region: without its stack, it may belong to one elsewhere.
#[test]
fn a_role_of_a_stack_in_another_region_is_not_listed() {
    let ada = TestEnv::with_stack();
    let id = deployment(&ada);
    let elsewhere = ada.colleague().set("AWS_DEFAULT_REGION", "eu-west-1");
    elsewhere
        .run("delete", &["--list"])
        .code(0)
        .stdout_has("There is no deployment");
    let before = ada.inventory();
    elsewhere.run("delete", &["--deployment", &id]).code(1);
    assert_eq!(ada.inventory(), before);
}

/// Runs `scripts/delete-all`, with what a teacher types on a terminal; or without
/// a terminal.
fn delete_all(env: &TestEnv, yes: &str, typed: Option<&str>) -> RunResult {
    let script = workspace().join("scripts/delete-all");
    let words = format!("{} {}", script.display(), program("delete").display());
    let line = match typed {
        // The program `script` gives it a terminal.
        Some(typed) => format!(
            "printf '{typed}' | script --quiet --return --echo never --command '{words}' /dev/null"
        ),
        None => words,
    };
    let mut command = env.shell(&line);
    command.env("YES", yes);
    RunResult::of(command)
}

#[test]
fn a_teacher_is_asked_before_each() {
    let ada = TestEnv::with_stack();
    let bob = ada.colleague_named("bob");
    bob.create().code(0);
    let both = ada.inventory();

    delete_all(&ada, "", None)
        .code(1)
        .stderr_has("stdin is not a terminal")
        .stderr_has("YES=1");
    assert_eq!(ada.inventory(), both);
    let result = delete_all(&ada, "", Some("n\\ny\\n")).code(0);
    assert_eq!(
        result.stdout.matches("Delete it? [y/N]").count(),
        2,
        "{result:#?}"
    );
    assert!(result.stdout.contains("It stays."), "{result:#?}");
    assert_eq!(
        ada.inventory().roles,
        ["APIGatewayLambdaRole: WriteOwnLogGroup"]
    );
    ada.tokens(&[]).code(0).stdout_has("hello world");

    delete_all(&ada, "1", None)
        .code(0)
        .stdout_has("Nothing is left.");
    assert!(ada.inventory().is_empty());
    delete_all(&ada, "1", None)
        .code(0)
        .stdout_has("There is no deployment");
}
