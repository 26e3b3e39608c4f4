//! Which cloud is called: resolved once, said, recorded and compared, in
//! whichever way it is set.

use e2e::{ProxiedEnv, Rules, TestEnv};
use serde_json::json;

const PROGRAMS: [&str; 3] = ["create", "tokens", "delete"];

/// An environment in a cloud that is named in a profile alone.
fn with_profile(profile: &str) -> TestEnv {
    let env = TestEnv::new();
    let text = profile.replace("CLOUD", env.cloud_url());
    std::fs::write(env.dir().join("config"), text).unwrap();
    env.unset("AWS_ENDPOINT_URL")
        .set("AWS_CONFIG_FILE", "config")
}

#[test]
fn the_endpoint_of_a_profile_is_said_recorded_and_compared() {
    let env = with_profile("[default]\nendpoint_url = CLOUD\n");
    let place = format!("at {}:", env.cloud_url());
    env.create().code(0).stderr_has(&place);
    assert_eq!(env.state()["endpoint_url"], json!(env.cloud_url()));
    env.tokens(&[]).code(0).stdout_has("hello world");

    // The profile leads to another cloud now, where nothing of this is.
    let elsewhere = TestEnv::new();
    let (config, state) = (env.dir().join("config"), env.state());
    let text = format!("[default]\nendpoint_url = {}\n", elsewhere.cloud_url());
    let before = std::fs::read(&config).unwrap();
    std::fs::write(&config, text).unwrap();
    for program in ["create", "delete"] {
        let result = env.run(program, &[]).code(2);
        result
            .stderr_has(env.cloud_url())
            .stderr_has(elsewhere.cloud_url());
    }
    assert_eq!(env.state(), state);
    std::fs::write(&config, before).unwrap();
    env.delete().code(0);
    assert!(env.inventory().is_empty());
}

/// The six services of a stack, as their settings name them.
const SERVICES: [&str; 6] = [
    "APIGATEWAYV2",
    "CLOUDWATCH_LOGS",
    "COGNITO_IDENTITY_PROVIDER",
    "IAM",
    "LAMBDA",
    "STS",
];

#[test]
fn one_service_elsewhere_is_refused_by_name() {
    let proxied = ProxiedEnv::with_stack();
    let (state, path) = (proxied.env.state(), proxied.env.state_path());
    for service in SERVICES {
        let setting = format!("AWS_ENDPOINT_URL_{service}");
        let elsewhere = proxied.env.colleague().set(&setting, "http://127.0.0.1:9");
        for program in ["create", "delete"] {
            let args = ["--state", &path.display().to_string()];
            let result = elsewhere.run(program, &args).code(2);
            result.stderr_has(&setting).stderr_has("http://127.0.0.1:9");
        }
    }
    let section = "[default]\nservices = mine\n[services mine]\nlambda =\n  endpoint_url = http://127.0.0.1:9\n";
    let elsewhere = with_profile(section);
    elsewhere.create().code(2).stderr_has("services section");
    assert_eq!(proxied.env.state(), state);
    proxied.delete_all("refusals");
}

#[test]
fn the_same_endpoint_for_each_service_is_one_endpoint() {
    let mut env = TestEnv::new().unset("AWS_ENDPOINT_URL");
    let url = env.cloud_url().to_owned();
    for service in SERVICES {
        env.change(&format!("AWS_ENDPOINT_URL_{service}"), &url);
    }
    env.create().code(0).stderr_has(&format!("at {url}:"));
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
}

/// What is meant for the local cloud must not go to AWS.
#[test]
fn settings_that_turn_the_endpoint_off_are_refused_by_name() {
    let ignored = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
    let env = TestEnv::at("http://127.0.0.1:9").set(ignored, "TRUE");
    for program in PROGRAMS {
        let result = env.run(program, &[]).code(2);
        result.stderr_has(ignored).stderr_has("http://127.0.0.1:9");
    }
    let env = with_profile("[default]\nignore_configured_endpoint_urls = true\n")
        .set("AWS_ENDPOINT_URL", "http://127.0.0.1:9");
    env.create()
        .code(2)
        .stderr_has("ignore_configured_endpoint_urls");
}

#[test]
fn settings_that_change_aws_s_hosts_are_refused_by_name() {
    for setting in ["AWS_USE_FIPS_ENDPOINT", "AWS_USE_DUALSTACK_ENDPOINT"] {
        let env = TestEnv::at("http://127.0.0.1:9").set(setting, "true");
        env.create().code(2).stderr_has(setting);
    }
    let env = with_profile("[default]\nuse_fips_endpoint = true\n");
    env.create()
        .code(2)
        .stderr_has("use_fips_endpoint in the AWS profile");
}

/// One rule for all programs: the password does not cross a network in clear.
#[test]
fn plain_http_beyond_this_machine_is_refused() {
    let remote = "http://10.9.9.9:8000";
    let env = TestEnv::at(remote);
    for program in PROGRAMS {
        env.run(program, &[])
            .code(2)
            .stderr_has(remote)
            .stderr_has("not protected");
    }
    let env = with_profile(&format!("[default]\nendpoint_url = {remote}\n"));
    env.create()
        .code(2)
        .stderr_has(remote)
        .stderr_has("not protected");
}

#[test]
fn an_api_outside_the_cloud_gets_no_token() {
    let proxied = ProxiedEnv::with_stack();
    let real = proxied.env.recorded("api_url");
    let api = "https://x.execute-api.us-east-1.amazonaws.com/dev/hello";
    proxied
        .env
        .edit_state(|state| state["api_url"] = api.into());
    let result = proxied.run("tokens", &["--headless"], Rules::default());
    result
        .code(2)
        .stderr_has(api)
        .stderr_has("the access token does not go there");
    assert!(proxied.proxy.calls().is_empty());
    proxied
        .env
        .edit_state(|state| state["api_url"] = real.into());
    proxied.delete_all("another API");
}

/// A company's proxy cannot reach this machine.
#[test]
fn no_proxy_is_asked_for_this_machine() {
    let mut env = TestEnv::new();
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        env.change(name, "http://127.0.0.1:9");
        env.change(&name.to_lowercase(), "http://127.0.0.1:9");
    }
    env.create().code(0);
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
}
