//! The experiments of docs/change.md, in a copy of the repository: a line or two are
//! edited, `make api` deploys them, and `make request` shows the difference.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use aws_sdk_apigatewayv2::types::Cors;
use aws_sdk_apigatewayv2::types::builders::CorsBuilder;
use e2e::{RunResult, TestEnv, copy, run_result};

use super::by_hand::{FUNCTION, LiveStack};
use super::sign_in::change_client;

/// Takes the place of cargo in `PATH`: builds `create` if it was edited, else
/// runs the programs under test. Without a browser, `tokens` runs headless.
const CARGO: &str = r#"#!/bin/sh
[ "$1" = run ] || exec "$REAL_CARGO" "$@"
program=$5
shift 5
[ "${1:-}" != -- ] || shift
[ "$program" != tokens ] || set -- --headless "$@"
if [ "$program" = create ] && [ -e edited ]; then
    "$REAL_CARGO" build --quiet --bin create
    exec target/debug/create "$@"
fi
exec "$PROGRAMS/$program" "$@"
"#;

/// Copies the repository into the environment's folder, with its settings.
pub(super) fn copy_repository(env: &TestEnv) {
    copy::repository(env.dir());
    let cargo = env.dir().join("bin/cargo");
    std::fs::create_dir(env.dir().join("bin")).unwrap();
    std::fs::write(&cargo, CARGO).unwrap();
    std::fs::set_permissions(&cargo, PermissionsExt::from_mode(0o755)).unwrap();
    // `make request` prints the password, for a person to sign in with.
    let settings = "PASSWORD=shown-horse-44\nDOMAIN_PREFIX=hello-42\n";
    std::fs::write(env.dir().join(".env"), settings).unwrap();
}

/// Runs make in the copy, with the environment variables that its tools need.
pub(super) fn make(env: &TestEnv, target: &str) -> RunResult {
    make_with(env, target, &[])
}

/// Runs `make request` with these scopes.
fn request(env: &TestEnv, scopes: &str) -> RunResult {
    make_with(env, "request", &[("SCOPES", scopes)])
}

/// Calls a route with these scopes.
fn request_route(env: &TestEnv, route: &str, scopes: &str) -> RunResult {
    make_with(env, "request", &[("ROUTE", route), ("SCOPES", scopes)])
}

fn make_with(env: &TestEnv, target: &str, settings: &[(&str, &str)]) -> RunResult {
    let create = run_result::program("create");
    let programs = create.parent().expect("a folder");
    let path = std::env::var("PATH").expect("a path");
    let port = env.cloud_url().rsplit(':').next().expect("a port");
    let mut command = Command::new("make");
    copy::with_toolchain(&mut command)
        .arg(target)
        .current_dir(env.dir())
        .env("PATH", format!("{}/bin:{path}", env.dir().display()))
        .env(
            "REAL_CARGO",
            std::env::var_os("CARGO").expect("cargo runs the tests"),
        )
        .env("PROGRAMS", programs)
        .envs(settings.iter().copied())
        .env("CLOUD_PORT", port);
    for name in [
        "AWS_ENDPOINT_URL",
        "AWS_DEFAULT_REGION",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
    ] {
        command.env(name, env.setting(name));
    }
    RunResult::of(command).code(0)
}

pub(super) fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "no {from} in {}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
}

/// Builds the copy's `create`; returns its path.
pub(super) fn build(env: &TestEnv) -> PathBuf {
    let cargo = std::env::var_os("CARGO").expect("cargo runs the tests");
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--bin", "create"]);
    build.current_dir(env.dir());
    RunResult::of(build).code(0);
    env.dir().join("target/debug/create")
}

#[test]
fn an_edited_function_answers_anew() {
    let env = TestEnv::new();
    copy_repository(&env);
    make(&env, "api");
    make(&env, "request").stdout_has("\nhello world\n");

    edit(
        &env.dir().join("lambda/src/main.rs"),
        "hello world",
        "hello Ada",
    );
    let function = "Lambda function created with name: 'EchoFunction'";
    make(&env, "api")
        .stdout_has(&format!("{function} (updated: CodeSha256 "))
        .stderr_has("1 updated, 14 unchanged");
    make(&env, "request").stdout_has("\nhello Ada\n");

    // Packed again, with other timestamps: the code is the same.
    make(&env, "api").stdout_has(&format!("{function} (unchanged)"));
    make(&env, "delete").stdout_has("Nothing is left.");
    assert!(env.inventory().is_empty());
}

#[test]
fn edited_scopes_open_and_close_the_api() {
    let env = TestEnv::new();
    copy_repository(&env);
    make(&env, "api");
    std::fs::write(env.dir().join("edited"), "").unwrap();
    let names = env.dir().join("crates/create/src/config/names.rs");

    // The app client may request one more scope.
    let client = r#""email", "HelloAPI/hello.read"];"#;
    let more = r#""email", "HelloAPI/hello.read", "HelloAPI/hello.write"];"#;
    edit(&names, client, more);
    make(&env, "api").stdout_has(
        "(updated: AllowedOAuthScopes [HelloAPI/hello.read email openid profile] \
         -> [HelloAPI/hello.read HelloAPI/hello.write email openid profile])",
    );
    request(&env, "HelloAPI/hello.write")
        .stdout_has("\"scope\": \"HelloAPI/hello.write\"")
        .stdout_has("< HTTP/1.1 200 OK");

    // The route accepts only that scope.
    let route = r#"&["HelloAPI/hello.read", "HelloAPI/hello.write"]"#;
    edit(&names, route, r#"&["HelloAPI/hello.write"]"#);
    make(&env, "api").stdout_has(
        "(updated: AuthorizationScopes [HelloAPI/hello.read HelloAPI/hello.write] \
         -> [HelloAPI/hello.write])",
    );
    request(&env, "HelloAPI/hello.read").stdout_has("< HTTP/1.1 403 Forbidden");
    request(&env, "HelloAPI/hello.write").stdout_has("< HTTP/1.1 200 OK");

    make(&env, "delete").stdout_has("Nothing is left.");
    assert!(env.inventory().is_empty());
}

/// A row of the table, behind the first one.
pub(super) const FIRST_ROW: &str =
    r#"route("GET", "/hello", &["HelloAPI/hello.read", "HelloAPI/hello.write"]),"#;
pub(super) const SECOND_ROW: &str = r#"route("POST", "/hello", &["HelloAPI/hello.write"]),"#;

#[test]
fn a_second_route_is_a_row() {
    let env = TestEnv::new();
    copy_repository(&env);
    make(&env, "api");
    std::fs::write(env.dir().join("edited"), "").unwrap();
    let names = env.dir().join("crates/create/src/config/names.rs");

    // A route, and the scope that opens it.
    edit(&names, FIRST_ROW, &format!("{FIRST_ROW}\n    {SECOND_ROW}"));
    let client = r#""email", "HelloAPI/hello.read"];"#;
    let more = r#""email", "HelloAPI/hello.read", "HelloAPI/hello.write"];"#;
    edit(&names, client, more);
    make(&env, "api")
        .stdout_has(
            "Permission added to Lambda function for API Gateway to invoke it. ('POST /hello')\n",
        )
        .stdout_has("Route 'GET /hello' created with ID: '")
        .stdout_has("Route 'POST /hello' created with ID: '")
        .stderr_has("2 created, 1 updated, 14 unchanged");
    let live = env.inventory();
    assert_eq!(
        live.routes,
        [
            "GET /hello: HelloAPI/hello.read HelloAPI/hello.write",
            "POST /hello: HelloAPI/hello.write"
        ]
    );
    assert_eq!(
        live.permissions,
        [
            "AllowInvokeFromApi-GET-hello",
            "AllowInvokeFromApi-POST-hello"
        ]
    );

    let (read, write) = ("openid HelloAPI/hello.read", "HelloAPI/hello.write");
    request_route(&env, "POST /hello", read)
        .stdout_has("< HTTP/1.1 403 Forbidden")
        .stdout_has("the route asks for one of `HelloAPI/hello.write`");
    request_route(&env, "POST /hello", write)
        .stdout_has("> POST /dev/hello HTTP/1.1")
        .stdout_has("< HTTP/1.1 200 OK")
        .stdout_has("\nhello Testuser\n");
    request(&env, read).stdout_has("\nhello world\n");
    make(&env, "api").stderr_has("\n17 unchanged\n");

    // What is changed by hand is set back, on either route alone.
    let create = build(&env);
    let stack = LiveStack::new(&env);
    let id = env.state()["api_routes"]["POST /hello"]["id"].clone();
    let call = stack.gateway.update_route().api_id(stack.api());
    let call = call.route_id(id.as_str().expect("an id"));
    stack.call(call.authorization_scopes("HelloAPI/hello.read").send());
    let call = stack.lambda.remove_permission().function_name(FUNCTION);
    stack.call(call.statement_id("AllowInvokeFromApi-POST-hello").send());
    let difference =
        "(updated: AuthorizationScopes [HelloAPI/hello.read] -> [HelloAPI/hello.write])";
    let mended = RunResult::of(env.command_at(&create)).code(0);
    mended
        .stdout_has(difference)
        .stderr_has("1 created, 1 updated, 15 unchanged");
    assert_eq!(env.inventory(), live);

    // The row is taken out again.
    edit(&names, &format!("\n    {SECOND_ROW}"), "");
    make(&env, "api")
        .stdout_has("Route 'POST /hello' is deleted: it is no longer in the table\n")
        .stderr_has("15 unchanged, 1 deleted");
    let live = env.inventory();
    assert_eq!(live.routes.len(), 1);
    assert_eq!(live.permissions, ["AllowInvokeFromApi-GET-hello"]);
    let unknown = env.run("tokens", &["--headless", "--route", "POST /hello"]);
    unknown
        .code(2)
        .stderr_has("The API has no route 'POST /hello'")
        .stderr_has("'GET /hello'");

    make(&env, "delete").stdout_has("Nothing is left.");
    assert!(env.inventory().is_empty());
}

/// The answer to a browser's question whether a page may call the API.
fn preflight(env: &TestEnv, origin: &str) -> (u16, String) {
    let state = env.state();
    let url: reqwest::Url = state["api_url"].as_str().unwrap().parse().unwrap();
    let port = url.port().expect("a port");
    let client = reqwest::Client::builder()
        .no_proxy()
        .resolve(url.host_str().unwrap(), ([127, 0, 0, 1], port).into())
        .build()
        .unwrap();
    let request = client
        .request(reqwest::Method::OPTIONS, url)
        .header("Origin", origin)
        .header("Access-Control-Request-Method", "GET")
        .header("Access-Control-Request-Headers", "authorization");
    let answer = e2e::block_on(request.send()).unwrap();
    let headers = answer.headers().iter();
    let headers: String = headers
        .map(|(name, value)| format!("{name}: {}\n", value.to_str().unwrap()))
        .collect();
    (answer.status().as_u16(), headers)
}

/// A change by hand, and how `create` words it.
type ByHand = (fn(&LiveStack), &'static str);

/// Each property of what a front end needs.
const BY_HAND: &[ByHand] = &[
    (
        |stack| {
            set_cors(stack, |cors| {
                cors.set_allow_origins(texts(&["https://other.example"]))
            })
        },
        "CorsConfiguration.AllowOrigins [https://other.example] -> [https://app.example.com]",
    ),
    (
        |stack| set_cors(stack, |cors| cors.set_allow_methods(texts(&["*"]))),
        "CorsConfiguration.AllowMethods [*] -> [GET]",
    ),
    (
        |stack| set_cors(stack, |cors| cors.set_allow_headers(texts(&["*"]))),
        "CorsConfiguration.AllowHeaders [*] -> [authorization content-type]",
    ),
    (
        |stack| set_cors(stack, |cors| cors.set_expose_headers(None)),
        "CorsConfiguration.ExposeHeaders [] -> [www-authenticate]",
    ),
    (
        |stack| set_cors(stack, |cors| cors.allow_credentials(true)),
        "CorsConfiguration.AllowCredentials true -> false",
    ),
    (
        |stack| set_cors(stack, |cors| cors.max_age(60)),
        "CorsConfiguration.MaxAge 60 -> 300",
    ),
    (
        |stack| {
            change_client(stack, |client| {
                let client = client.callback_urls("https://app.example.com/callback");
                client.logout_urls("https://other.example/")
            });
        },
        "LogoutURLs [https://other.example/] -> [https://app.example.com/]",
    ),
    (
        |stack| {
            change_client(stack, |client| {
                client.logout_urls("https://app.example.com/")
            });
        },
        "CallbackURLs [http://localhost:18083/callback http://localhost:8083/callback http://localhost:8084/callback] \
         -> [http://localhost:18083/callback http://localhost:8083/callback http://localhost:8084/callback https://app.example.com/callback]",
    ),
];

/// Sets what `create` sets, but for one change.
fn set_cors(stack: &LiveStack, change: fn(CorsBuilder) -> CorsBuilder) {
    let cors = Cors::builder()
        .set_allow_origins(texts(&["https://app.example.com"]))
        .set_allow_methods(texts(&["GET"]))
        .set_allow_headers(texts(&["authorization", "content-type"]))
        .set_expose_headers(texts(&["www-authenticate"]))
        .allow_credentials(false)
        .max_age(300);
    let call = stack.gateway.update_api().api_id(stack.api());
    stack.call(call.cors_configuration(change(cors).build()).send());
}

fn texts(list: &[&str]) -> Option<Vec<String>> {
    Some(list.iter().map(|&text| text.to_owned()).collect())
}

#[test]
fn a_front_end_is_three_lists() {
    let env = TestEnv::new();
    copy_repository(&env);
    make(&env, "api");
    std::fs::write(env.dir().join("edited"), "").unwrap();
    let names = env.dir().join("crates/create/src/config/names.rs");
    let origin = "https://app.example.com";
    let lists = [
        (
            "const ALLOWED_ORIGINS: &[&str] = &[];",
            r#"const ALLOWED_ORIGINS: &[&str] = &["https://app.example.com"];"#,
        ),
        (
            "const LOGOUT_URLS: &[&str] = &[];",
            r#"const LOGOUT_URLS: &[&str] = &["https://app.example.com/"];"#,
        ),
        (
            "    \"http://localhost:18083/callback\",\n",
            "    \"http://localhost:18083/callback\",\n    \"https://app.example.com/callback\",\n",
        ),
    ];
    assert_eq!(preflight(&env, origin).0, 403, "nothing is allowed yet");

    for (from, to) in lists {
        edit(&names, from, to);
    }
    make(&env, "api")
        .stdout_has("CorsConfiguration.AllowOrigins (none) -> [https://app.example.com]")
        .stdout_has("LogoutURLs [] -> [https://app.example.com/]")
        .stdout_has(" https://app.example.com/callback], ")
        .stderr_has("2 updated, 13 unchanged");
    make(&env, "api").stderr_has("\n15 unchanged\n");
    let (status, headers) = preflight(&env, origin);
    assert_eq!(status, 204, "{headers}");
    for line in [
        "access-control-allow-origin: https://app.example.com",
        "access-control-allow-methods: GET",
        "access-control-allow-headers: authorization,content-type",
    ] {
        assert!(headers.contains(line), "{line}: {headers}");
    }
    assert_eq!(preflight(&env, "https://evil.example.com").0, 403);
    make(&env, "request").stdout_has("\nhello world\n");

    // What is changed by hand is set back.
    let create = build(&env);
    let stack = LiveStack::new(&env);
    for (change, difference) in BY_HAND {
        change(&stack);
        let mended = RunResult::of(env.command_at(&create)).code(0);
        mended
            .stdout_has(&format!("(updated: {difference})"))
            .stderr_has("1 updated, 14 unchanged");
        let again = RunResult::of(env.command_at(&create)).code(0);
        again.stderr_has("\n15 unchanged\n");
    }

    // An address through which a code would travel unencrypted is refused.
    edit(
        &names,
        "\"https://app.example.com/callback\"",
        "\"http://app.example.com/callback\"",
    );
    let refused = RunResult::of(env.command_at(&build(&env)));
    refused
        .code(2)
        .stderr_has("'http://app.example.com/callback' in CALLBACK_URLS")
        .stderr_has("it must begin with https://");
    edit(
        &names,
        "\"http://app.example.com/callback\"",
        "\"https://app.example.com/callback\"",
    );

    for (from, to) in lists {
        edit(&names, to, from);
    }
    make(&env, "api")
        .stdout_has("CorsConfiguration.AllowOrigins [https://app.example.com] -> (none)")
        .stdout_has("LogoutURLs [https://app.example.com/] -> []")
        .stderr_has("2 updated, 13 unchanged");
    make(&env, "api").stderr_has("\n15 unchanged\n");
    assert_eq!(preflight(&env, origin).0, 403);

    make(&env, "delete").stdout_has("Nothing is left.");
    assert!(env.inventory().is_empty());
}
