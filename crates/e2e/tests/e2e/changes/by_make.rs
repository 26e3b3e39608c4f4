//! The experiments of docs/change.md, in a copy of the repository: one line is edited,
//! `make api` deploys it, and `make request` shows the difference.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::Command;

use e2e::{RunResult, TestEnv, copy, run_result};

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
fn copy_repository(env: &TestEnv) {
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
fn make(env: &TestEnv, target: &str) -> RunResult {
    make_with(env, target, "")
}

/// Runs `make request` with these scopes.
fn request(env: &TestEnv, scopes: &str) -> RunResult {
    make_with(env, "request", scopes)
}

fn make_with(env: &TestEnv, target: &str, scopes: &str) -> RunResult {
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
        .env("SCOPES", scopes)
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

fn edit(file: &Path, from: &str, to: &str) {
    let text = std::fs::read_to_string(file).unwrap();
    assert!(text.contains(from), "no {from} in {}", file.display());
    std::fs::write(file, text.replace(from, to)).unwrap();
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
