//! The whole path: create, log in, call the API, delete.

use e2e::{Inventory, RunResult, TestEnv};

/// The inventory of a complete stack.
pub(crate) fn complete_stack(domain_prefix: &str) -> Inventory {
    let one = |text: &str| vec![text.to_owned()];
    Inventory {
        user_pools: one("HelloUserPool"),
        domains: one(domain_prefix),
        resource_servers: one("HelloAPI: hello.read hello.write"),
        app_clients: one("Terminal Application"),
        users: one("Testuser: CONFIRMED"),
        apis: one("HelloAPI"),
        authorizers: one("MyAuthorizer"),
        integrations: one("AWS_PROXY"),
        routes: one("GET /hello: HelloAPI/hello.read HelloAPI/hello.write"),
        stages: one("dev"),
        functions: one("EchoFunction: provided.al2023"),
        permissions: one("AllowInvokeFromApi-GET-hello"),
        roles: one("APIGatewayLambdaRole: WriteOwnLogGroup"),
        log_groups: one("/aws/lambda/EchoFunction: 7"),
    }
}

/// Asserts that there is a complete stack and nothing else.
#[track_caller]
pub(crate) fn assert_complete(env: &TestEnv, after: &str) {
    assert_eq!(env.inventory(), complete_stack("hello-42"), "{after}");
}

#[test]
fn create_log_in_call_delete() {
    let env = TestEnv::new();
    let created = env.create().code(0);
    let place = env.setting("AWS_ENDPOINT_URL");
    let (first, next) = created.stderr.split_once('\n').expect("two lines");
    assert_eq!(
        first,
        format!("In account 000000000000, region us-east-1, at {place}:")
    );
    assert_eq!(next, notes_and_next_steps(&env.state(), place));
    assert_eq!(
        env.inventory(),
        complete_stack(env.setting("DOMAIN_PREFIX"))
    );
    assert_eq!(created.stdout, lines_of_the_contract(&env.state()));

    let called = env.tokens(&[]).code(0);
    let (before, after) = called
        .stdout
        .split_once("< HTTP/1.1 200 OK")
        .expect("a 200");
    assert!(before.contains("# Decoded id token") && before.contains("# Decoded access token"));
    assert!(
        after.contains("< content-type: application/json"),
        "{after}"
    );
    assert!(after.contains("\nhello world\n"), "{after}");

    let deleted = env.delete().code(0).stdout_has("Nothing is left.");
    assert_eq!(
        deleted.stderr,
        format!(
            "In region us-east-1, at {place}:\n\
             next: 'make api' creates it again; 'make clean' removes what was built here\n"
        )
    );
    assert_eq!(env.inventory(), Inventory::default());
    assert_eq!(
        std::fs::read_dir(env.dir()).unwrap().count(),
        0,
        "the folder is empty again"
    );
    env.delete().code(0).stdout_has("Nothing to delete");
}

/// What `create` says in the local cloud, and at its end.
fn notes_and_next_steps(state: &serde_json::Value, place: &str) -> String {
    let id = |key: &str| state[key].as_str().expect(key);
    let (client, api, api_url) = (id("terminal_app_client_id"), id("api_id"), id("api_url"));
    let port = place.rsplit(':').next().expect("a port");
    format!(
        "note: anybody with an email address may sign up, and call the API; SIGN_UP=closed in .env closes that\n\
         note: RefreshTokenRotation was set, but this cloud does not show it: it cannot be compared\n\
         note: in this cloud, the sign-in page is at another address:\n\
         {place}/oauth2/authorize?response_type=code&client_id={client}&redirect_uri=http%3A%2F%2Flocalhost%3A8083%2Fcallback\n\
         next: without a token, the API refuses (401):\n\
         curl -i --noproxy '*' --resolve {api}.execute-api.localhost:{port}:127.0.0.1 '{api_url}'\n\
         next: 'make request' signs you in, and calls it with a token\n"
    )
}

/// The addresses that `create` prints lead somewhere, as they are.
#[test]
fn the_sign_in_page_opens_and_the_curl_line_can_be_pasted() {
    let env = TestEnv::new();
    for run in ["the first run", "a second run"] {
        let said = env.create().code(0).stderr;
        let line = |start: &str| {
            let mut lines = said.lines();
            let found = lines.find(|line| line.starts_with(start));
            found.unwrap_or_else(|| panic!("no {start} in {run}: {said}"))
        };
        let page = e2e::block_on(async {
            let answer = reqwest::get(line("http")).await.expect("an answer");
            assert_eq!(answer.status(), 200);
            answer.text().await.expect("a page")
        });
        assert!(page.contains("type=\"password\""), "{page}");
        let mut shell = std::process::Command::new("sh");
        shell.args(["-c", line("curl -i ")]);
        // A proxy could not reach this machine.
        shell.env("http_proxy", "http://127.0.0.1:9");
        RunResult::of(shell)
            .code(0)
            .stdout_has("HTTP/1.1 401 Unauthorized");
    }
    env.delete().code(0);
}

/// The lines that `create` must print, with this run's ids.
fn lines_of_the_contract(state: &serde_json::Value) -> String {
    let id = |key: &str| state[key].as_str().expect(key);
    let (pool, role) = (id("user_pool_id"), id("lambda_role_arn"));
    format!(
        "User Pool created with ID: '{pool}'\n\
         User pool signup/signin page created at: 'https://{}.auth.us-east-1.amazoncognito.com'\n\
         Resource Server created with ID: 'HelloAPI'\n\
         Terminal app Client created with client id: '{}'\n\
         User 'Testuser' created with email 'testuser@example.com' in User Pool '{pool}'.\n\
         API Gateway 'HelloAPI' HTTP API created with ID: '{}'\n\
         Authorizer created with ID: '{}'\n\
         Lambda execution role created with ARN: '{role}'\n\
         Creating lambda with role '{role}'\n\
         Lambda function created with name: 'EchoFunction'\n\
         Permission added to Lambda function for API Gateway to invoke it.\n\
         Integration created with ID: '{}'\n\
         Route 'GET /hello' created with ID: '{}'\n\
         (Auto deploy) stage created with name: 'dev'\n\
         API available at: '{}'\n\
         State saved in 'state.json'\n",
        id("user_pool_auth_domain_prefix"),
        id("terminal_app_client_id"),
        id("api_id"),
        id("api_authorizer_id"),
        id("api_integration_id"),
        id("api_route_id"),
        id("api_url"),
    )
}

#[test]
fn state_json_is_private_and_has_the_keys_of_the_contract() {
    use std::os::unix::fs::PermissionsExt;
    let env = TestEnv::with_stack();
    let mode = std::fs::metadata(env.state_path())
        .unwrap()
        .permissions()
        .mode();
    assert_eq!(mode & 0o777, 0o600);
    let state = env.state();
    for key in "region user_pool_name user_pool_jwt_issuer_url user_pool_username user_pool_email \
                api_name api_route_path api_route_method lambda_function_name lambda_role_name \
                api_stage_name api_scopes terminal_app_callback_urls terminal_app_scopes \
                user_pool_id user_pool_auth_domain_prefix user_pool_auth_domain \
                user_pool_resource_server_id terminal_app_client_id api_id api_authorizer_id \
                lambda_role_arn api_integration_id api_route_id api_url deployment_id account_id \
                endpoint_url"
        .split_whitespace()
    {
        assert!(state.get(key).is_some(), "no {key} in {state:#}");
    }
    assert_eq!(
        state["api_scopes"][1],
        serde_json::json!(["hello.write", "Allows writing"])
    );
    env.delete().code(0);
}

#[test]
fn without_a_token_or_without_the_scope_the_api_refuses() {
    let env = TestEnv::with_stack();
    let url = env.state()["api_url"].as_str().unwrap().to_owned();
    assert_eq!(e2e::block_on(e2e::run_result::get_without_token(&url)), 401);
    env.tokens(&["--scopes", "openid"])
        .code(0)
        .stdout_has("< HTTP/1.1 403 Forbidden");
    env.tokens(&["--scopes", "openid", "--fail"]).code(3);
    env.delete().code(0);
}

#[test]
fn a_second_create_changes_nothing_and_says_so() {
    let env = TestEnv::new();
    let first = env.create().code(0);
    let (state, inventory) = (env.state(), env.inventory());
    let second = env.create().code(0);
    assert_eq!(env.state(), state);
    assert_eq!(env.inventory(), inventory);
    let user = " (unchanged; password set again)";
    assert_eq!(second.stdout.matches(user).count(), 1);
    let stdout = second.stdout.replace(user, " (unchanged)");
    for (line, before) in stdout.lines().zip(first.stdout.lines()) {
        assert_eq!(line, format!("{before} (unchanged)"));
    }
    assert_eq!(stdout.lines().count(), first.stdout.lines().count());
    second.stderr_has("\n15 unchanged\n");
    env.delete().code(0);
}

#[test]
fn a_name_suffix_lets_two_people_share_an_account() {
    let ada = TestEnv::new().set("NAME_SUFFIX", "-ada");
    let bob = ada
        .colleague()
        .set("NAME_SUFFIX", "-bob")
        .set("DOMAIN_PREFIX", "hello-bob-1");
    ada.create().code(0);
    bob.create().code(0);
    assert_eq!(ada.inventory().functions.len(), 2);
    ada.tokens(&[]).code(0).stdout_has("hello world");
    ada.delete().code(0);
    let left = bob.inventory();
    assert_eq!(left.user_pools, ["HelloUserPool-bob"]);
    assert_eq!(left.roles, ["APIGatewayLambdaRole-bob: WriteOwnLogGroup"]);
    assert_eq!(left.log_groups, ["/aws/lambda/EchoFunction-bob: 7"]);
    bob.tokens(&[]).code(0).stdout_has("hello world");
    bob.delete().code(0);
    assert!(bob.inventory().is_empty());
}

#[test]
fn the_log_group_has_the_event_but_no_token() {
    let env = TestEnv::with_stack();
    env.tokens(&[]).code(0);
    let log = env.function_log();
    assert!(
        log.contains("routeKey") && log.contains("(hidden)"),
        "{log}"
    );
    assert!(!log.contains("Bearer"), "{log}");
    env.delete().code(0);
}

#[test]
fn a_stack_of_the_python_scripts_is_taken_by_tokens_and_delete() {
    let env = TestEnv::with_stack();
    // The scripts' state.json lacks our keys; `delete` leaves their log group.
    let ours = "state_version deployment_id account_id endpoint_url complete last_created_at \
                lambda_function_arn lambda_log_group_name api_routes";
    env.edit_state(|state| {
        let state = state.as_object_mut().unwrap();
        for key in ours.split_whitespace() {
            state.remove(key).unwrap_or_else(|| panic!("no {key}"));
        }
    });
    env.create().code(2).stderr_has("older Python scripts");
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
    let left = env.inventory();
    assert_eq!(
        left,
        Inventory {
            log_groups: left.log_groups.clone(),
            ..Inventory::default()
        }
    );
}

#[test]
fn dry_runs_change_nothing() {
    let env = TestEnv::new();
    let planned = env.run("create", &["--dry-run"]).code(0);
    planned.stdout_has("Would create: User Pool 'HelloUserPool'");
    assert!(env.inventory().is_empty());
    assert!(!env.state_path().exists());
    env.create().code(0);
    let before = (env.state(), env.inventory());
    let mut planned = env.run("delete", &["--dry-run"]).code(0);
    for what in [
        "API '",
        "Sign-in domain '",
        "User Pool '",
        "Function '",
        "Role '",
        "Log group '",
    ] {
        planned = planned.stdout_has(&format!("Would delete: {what}"));
    }
    env.run("create", &["--dry-run"])
        .code(0)
        .stdout_has("Unchanged: Route 'GET /hello'")
        .stderr_has("15 unchanged");
    assert_eq!((env.state(), env.inventory()), before);
    env.delete().code(0);
}
