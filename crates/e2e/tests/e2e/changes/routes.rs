//! Routes whose row was taken out of the table, and the only route of a stack of an
//! earlier version.

use std::time::{Duration, Instant};

use aws_sdk_apigatewayv2::types::AuthorizationType;
use e2e::{Fault, ProxiedEnv, Rules, TestEnv, operation};
use serde_json::{Value, json};

use super::by_hand::{FUNCTION, LiveStack, PERMISSION};
use crate::whole_path::{assert_complete, complete_stack};

const REMOVED: &str = "POST /hello";
const ITS_PERMISSION: &str = "AllowInvokeFromApi-POST-hello";

/// Longer than any call may take to have an effect.
const ENOUGH: Duration = Duration::from_secs(60);

/// Leaves the stack as after the row `POST /hello` was deployed, then taken out.
pub(super) fn take_a_row_out(env: &TestEnv) {
    let stack = LiveStack::new(env);
    let id = create_route(&stack);
    permit(&stack, ITS_PERMISSION, "POST/hello");
    env.edit_state(|state| {
        state["api_routes"][REMOVED] = json!({ "id": id, "scopes": ["HelloAPI/hello.write"] });
    });
}

/// Makes the route as `create` does.
fn create_route(stack: &LiveStack) -> String {
    let target = format!("integrations/{}", stack.id("api_integration_id"));
    let call = stack
        .gateway
        .create_route()
        .api_id(stack.api())
        .route_key(REMOVED)
        .target(target)
        .authorization_type(AuthorizationType::Jwt)
        .authorizer_id(stack.id("api_authorizer_id"))
        .authorization_scopes("HelloAPI/hello.write");
    stack.call(call.send()).route_id.expect("an id")
}

fn permit(stack: &LiveStack, statement_id: &str, path: &str) {
    let api = stack.api();
    let source = format!("arn:aws:execute-api:us-east-1:000000000000:{api}/*/{path}");
    let call = stack
        .lambda
        .add_permission()
        .function_name(FUNCTION)
        .statement_id(statement_id)
        .action("lambda:InvokeFunction")
        .principal("apigateway.amazonaws.com")
        .source_arn(source);
    stack.call(call.send());
}

/// The routes that state.json records.
fn recorded(env: &TestEnv) -> Vec<String> {
    let state = env.state();
    let routes = state["api_routes"].as_object().expect("routes");
    routes.keys().cloned().collect()
}

#[test]
fn the_route_of_a_row_that_was_taken_out_is_removed() {
    let proxied = ProxiedEnv::with_stack();
    take_a_row_out(&proxied.env);
    let before = proxied.env.inventory();
    assert_eq!(before.routes.len(), 2);
    assert_eq!(before.permissions, [PERMISSION, ITS_PERMISSION]);

    let dry = proxied.run("create", &["--dry-run"], Rules::default());
    dry.code(0)
        .stdout_has("Would delete: Route 'POST /hello'\n")
        .stderr_has("15 unchanged, 1 deleted");
    let calls = proxied.proxy.operations();
    assert!(!calls.iter().any(|call| operation::changes(call)));

    let removed = proxied.create();
    let line = "Route 'POST /hello' is deleted: it is no longer in the table\n";
    assert_eq!(removed.stdout.matches(line).count(), 1, "{removed:#?}");
    removed.stderr_has("15 unchanged, 1 deleted\n");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    assert_eq!(recorded(&proxied.env), ["GET /hello"]);
    let again = proxied.create();
    assert!(!again.stdout.contains("POST"), "{again:#?}");
    again.stderr_has("\n15 unchanged\n");
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("a row that was taken out");
}

#[test]
fn a_removed_route_that_somebody_has_deleted_already() {
    let proxied = ProxiedEnv::with_stack();
    take_a_row_out(&proxied.env);
    let stack = LiveStack::new(&proxied.env);
    let id = proxied.env.state()["api_routes"][REMOVED]["id"].clone();
    let call = stack.gateway.delete_route().api_id(stack.api());
    stack.call(call.route_id(id.as_str().expect("an id")).send());
    // This cloud answers as if it had deleted it once more; AWS does not.
    let not_found = Fault::Error(404, "NotFoundException", "Unable to find Route by key");
    let rules = Rules::fault_on("DeleteRoute", not_found);
    proxied
        .run("create", &[], rules)
        .code(0)
        .stdout_has("Route 'POST /hello' is no longer in the table, and was gone already\n")
        .stderr_has("\n15 unchanged\n");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    assert_eq!(recorded(&proxied.env), ["GET /hello"]);
    proxied.delete_all("a route that was gone");
}

/// Somebody had deleted it, a run that was killed made it anew, and then its row was
/// taken out: the recorded id is not the one of the open route.
#[test]
fn a_removed_route_whose_recorded_id_is_old() {
    let proxied = ProxiedEnv::with_stack();
    take_a_row_out(&proxied.env);
    proxied.env.edit_state(|state| {
        state["api_routes"][REMOVED]["id"] = "0a0b0c".into();
        let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_millis();
        let now = u64::try_from(now).expect("milliseconds");
        state["under_way"] = json!({ "CreateRoute POST /hello": now });
        state["complete"] = Value::Null;
    });
    proxied
        .create()
        .stdout_has("Route 'POST /hello' is deleted: it is no longer in the table\n");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    assert_eq!(recorded(&proxied.env), ["GET /hello"]);
    proxied.delete_all("a route with another id");
}

#[test]
fn a_removal_that_is_killed_goes_on() {
    let proxied = ProxiedEnv::with_stack();
    for call in ["DeleteRoute", "RemovePermission"] {
        for kill in [Fault::KillBefore, Fault::KillAfter] {
            take_a_row_out(&proxied.env);
            let rules = Rules::fault_on(call, kill);
            let killed = proxied.run("create", &[], rules);
            assert_eq!(killed.code, None, "{kill:?} {call}: {killed:#?}");
            assert_eq!(recorded(&proxied.env), ["GET /hello", REMOVED]);
            proxied.create();
            assert_complete(&proxied.env, &format!("{kill:?} {call}"));
            assert_eq!(recorded(&proxied.env), ["GET /hello"]);
        }
    }
    proxied.delete_all("killed removals");
}

/// A run that was killed has sent the calls for a row, and then the row was taken out.
#[test]
fn what_a_lost_call_made_for_a_removed_row() {
    let mut proxied = ProxiedEnv::new();
    proxied.env = proxied.env.set("SETTLE_SECONDS", "3");
    proxied.create();
    let stack = LiveStack::new(&proxied.env);
    let now = std::time::UNIX_EPOCH.elapsed().expect("a time").as_millis();
    let now = u64::try_from(now).expect("milliseconds");
    proxied.env.edit_state(|state| {
        state["api_routes"][REMOVED] = json!({ "scopes": [] });
        state["complete"] = Value::Null;
        state["under_way"] =
            json!({ "CreateRoute POST /hello": now, "AddPermission POST /hello": now });
    });
    // They take effect while `create` looks for them.
    let running = proxied.start("create", &[], Rules::default());
    create_route(&stack);
    permit(&stack, ITS_PERMISSION, "POST/hello");
    e2e::RunResult::wait(running)
        .code(0)
        .stdout_has("Route 'POST /hello' is deleted");
    assert_eq!(proxied.env.inventory(), complete_stack("hello-42"));
    assert_eq!(recorded(&proxied.env), ["GET /hello"]);
    assert_eq!(proxied.env.state()["complete"], true);
    proxied.delete_all("calls for a removed row");
}

/// A row that never was deployed makes nobody's route ours.
#[test]
fn a_route_of_a_person_with_the_key_of_a_removed_row() {
    let proxied = ProxiedEnv::with_stack();
    let stack = LiveStack::new(&proxied.env);
    create_route(&stack);
    proxied.env.edit_state(|state| {
        state["api_routes"][REMOVED] = json!({ "scopes": [] });
    });
    proxied.create();
    assert_eq!(recorded(&proxied.env), ["GET /hello"]);
    assert_eq!(proxied.env.inventory().routes.len(), 2, "it is left");
    proxied.delete_all("a route of a person");
}

/// Makes the stack and its file look as those of an earlier version.
fn as_before(env: &TestEnv) {
    let stack = LiveStack::new(env);
    let call = stack.lambda.remove_permission().function_name(FUNCTION);
    stack.call(call.statement_id(PERMISSION).send());
    permit(&stack, "AllowInvokeFromApi", "*/hello");
    env.edit_state(|state| {
        let state = state.as_object_mut().expect("an object");
        state.remove("api_routes").expect("routes");
        state.insert("state_version".into(), 3.into());
    });
}

#[test]
fn a_stack_of_an_earlier_version_becomes_one_of_this() {
    let proxied = ProxiedEnv::with_stack();
    let migrated = |after: &str| {
        proxied.create();
        let again = proxied.create();
        assert!(
            again.stderr.contains("\n15 unchanged\n"),
            "{after}: {again:#?}"
        );
        assert_complete(&proxied.env, after);
        let state = proxied.env.state();
        assert_eq!(state["state_version"], 4);
        assert_eq!(
            state["api_routes"],
            json!({ "GET /hello": {
                "id": state["api_route_id"],
                "scopes": ["HelloAPI/hello.read", "HelloAPI/hello.write"],
            } })
        );
    };

    as_before(&proxied.env);
    let difference = format!("StatementId AllowInvokeFromApi -> {PERMISSION})");
    let dry = proxied.run("create", &["--dry-run"], Rules::default());
    dry.code(0)
        .stdout_has(&difference)
        .stderr_has("1 updated, 14 unchanged");
    let update = proxied.create();
    update
        .stdout_has("/*/*/hello -> arn:aws:execute-api:")
        .stdout_has(&difference);
    migrated("an update");

    for call in ["RemovePermission", "AddPermission"] {
        for kill in [Fault::KillBefore, Fault::KillAfter] {
            as_before(&proxied.env);
            let rules = Rules::fault_on(call, kill);
            let killed = proxied.run("create", &[], rules);
            assert_eq!(killed.code, None, "{killed:#?}");
            migrated(&format!("{kill:?} {call}"));
        }
    }

    // The other programs take the file as it is.
    as_before(&proxied.env);
    proxied.env.tokens(&[]).code(0).stdout_has("hello world");
    proxied.delete_all("a stack of an earlier version");
}

/// An earlier version noted the call without the route.
#[test]
fn a_run_of_an_earlier_version_that_was_killed() {
    let proxied = ProxiedEnv::new();
    for (call, made) in [("CreateRoute", "api_route_id"), ("AddPermission", "")] {
        let rules = Rules::fault_on(call, Fault::KillAfter);
        proxied.run("create", &[], rules);
        proxied.env.edit_state(|state| {
            let state = state.as_object_mut().expect("an object");
            state.remove("api_routes").expect("routes");
            state.remove(made);
            state.insert("state_version".into(), 3.into());
            let calls = state["under_way"].as_object_mut().expect("calls");
            let since = calls.remove(&format!("{call} GET /hello")).expect(call);
            calls.insert(call.to_owned(), since);
        });
        proxied.create();
        assert_complete(&proxied.env, call);
        assert_eq!(proxied.env.state()["under_way"], Value::Null, "{call}");
        // The kill may have lost a call that went beside this one: until AWS must have
        // carried it out, runs look for what it made.
        let begun = Instant::now();
        while proxied.env.state()["complete"] != true {
            let state = proxied.env.state();
            assert!(begun.elapsed() < ENOUGH, "{call}: {state:#}");
            proxied.create();
        }
        proxied.delete_all(call);
    }
}

/// A function that state.json does not record is somebody else's, whatever its name.
#[test]
fn a_function_that_is_not_ours_keeps_its_permission() {
    let proxied = ProxiedEnv::with_stack();
    take_a_row_out(&proxied.env);
    let stack = LiveStack::new(&proxied.env);
    let arn = stack.id("lambda_function_arn");
    let call = stack.lambda.untag_resource().resource(arn);
    stack.call(call.tag_keys("deployment_id").send());
    proxied.env.edit_state(|state| {
        let state = state.as_object_mut().expect("an object");
        state.remove("lambda_function_arn").expect("an ARN");
    });
    let refused = proxied.run("create", &[], Rules::default());
    refused
        .code(1)
        .stdout_has("Route 'POST /hello' is deleted")
        .stderr_has("Function 'EchoFunction' is there already");
    let permissions = proxied.env.inventory().permissions;
    assert_eq!(permissions, [PERMISSION, ITS_PERMISSION]);
}
