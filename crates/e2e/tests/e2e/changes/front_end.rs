//! What a front end needs, set before and no longer in the file: it is taken away. What
//! somebody has set by hand while the file said nothing stays.

use aws_sdk_apigatewayv2::types::Cors;
use e2e::{Fault, ProxiedEnv, Rules, RunResult};
use serde_json::json;

use super::by_hand::LiveStack;
use super::sign_in::change_client;

const ORIGIN: &str = "https://app.example.com";
const LOGOUT: &str = "https://app.example.com/";

/// Sets both, as a person does in AWS's console.
fn set(stack: &LiveStack) {
    let cors = Cors::builder().allow_origins(ORIGIN).max_age(60).build();
    let call = stack.gateway.update_api().api_id(stack.api());
    stack.call(call.cors_configuration(cors).send());
    change_client(stack, |client| client.logout_urls(LOGOUT));
}

/// Notes in state.json that `create` has set both.
fn note_as_ours(proxied: &ProxiedEnv) {
    proxied.env.edit_state(|state| {
        state["api_allowed_origins"] = json!([ORIGIN]);
        state["terminal_app_logout_urls"] = json!([LOGOUT]);
    });
}

/// The allowed origins and the logout addresses that are live.
fn live(stack: &LiveStack) -> (Vec<String>, Vec<String>) {
    let api = stack.call(stack.gateway.get_api().api_id(stack.api()).send());
    let cors = api.cors_configuration.and_then(|cors| cors.allow_origins);
    let call = stack.cognito.describe_user_pool_client();
    let call = call.user_pool_id(stack.pool());
    let client = stack.call(call.client_id(stack.id("terminal_app_client_id")).send());
    let client = client.user_pool_client.expect("a client");
    (
        cors.unwrap_or_default(),
        client.logout_urls.unwrap_or_default(),
    )
}

#[test]
fn what_somebody_has_set_by_hand_stays() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    set(&stack);
    let unchanged = |result: RunResult| result.code(0).stderr_has("\n15 unchanged\n");
    unchanged(proxied.create());
    // Nor does an update of something else reset it.
    change_client(&stack, |client| {
        client.client_name("Other").logout_urls(LOGOUT)
    });
    let call = stack.gateway.update_api().api_id(stack.api());
    stack.call(call.name("Other").send());
    proxied.create().stderr_has("2 updated, 13 unchanged");
    assert_eq!(
        live(&stack),
        (vec![ORIGIN.to_owned()], vec![LOGOUT.to_owned()])
    );
    proxied.delete_all("what was set by hand");
}

#[test]
fn what_we_had_set_is_taken_away() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    set(&stack);
    note_as_ours(&proxied);
    let dry = proxied.run("create", &["--dry-run"], Rules::default());
    let cors = format!("CorsConfiguration.AllowOrigins [{ORIGIN}] -> (none)");
    let logout = format!("(LogoutURLs [{LOGOUT}] -> [])");
    dry.code(0).stdout_has(&cors).stdout_has(&logout);
    assert_eq!(
        live(&stack),
        (vec![ORIGIN.to_owned()], vec![LOGOUT.to_owned()])
    );

    let changed = proxied.create();
    changed
        .stdout_has(&cors)
        .stderr_has("2 updated, 13 unchanged");
    assert_eq!(live(&stack), (Vec::new(), Vec::new()));
    let state = proxied.env.state();
    assert!(state["api_allowed_origins"].is_null() && state["terminal_app_logout_urls"].is_null());
    proxied.create().stderr_has("\n15 unchanged\n");
    proxied.delete_all("what we had set");
}

#[test]
fn taking_it_away_goes_on_after_a_kill() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    for call in ["DeleteCorsConfiguration", "UpdateUserPoolClient"] {
        for kill in [Fault::KillBefore, Fault::KillAfter] {
            set(&stack);
            note_as_ours(&proxied);
            let rules = Rules::fault_on(call, kill);
            let killed = proxied.run("create", &[], rules);
            assert_eq!(killed.code, None, "{killed:#?}");
            proxied.create();
            assert_eq!(live(&stack), (Vec::new(), Vec::new()), "{kill:?} {call}");
            proxied.create().stderr_has("\n15 unchanged\n");
        }
    }
    proxied.delete_all("a killed removal");
}
