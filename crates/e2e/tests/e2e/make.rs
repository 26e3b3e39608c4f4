//! The Makefile and its scripts, run in a temporary folder.

use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use e2e::{RunResult, cloud::free_port, workspace};
use tempfile::TempDir;

/// A folder with the Makefile and the scripts, and nothing else.
fn folder() -> TempDir {
    let dir = TempDir::new().unwrap();
    std::fs::copy(workspace().join("Makefile"), dir.path().join("Makefile")).unwrap();
    std::fs::create_dir(dir.path().join("scripts")).unwrap();
    for name in ["configure", "cloud", "show-user"] {
        let script = format!("scripts/{name}");
        std::fs::copy(workspace().join(&script), dir.path().join(&script)).unwrap();
    }
    dir
}

fn make(dir: &Path, args: &[&str]) -> RunResult {
    let mut command = Command::new("make");
    command.args(args).current_dir(dir).env_clear();
    command.envs(std::env::var_os("PATH").map(|path| ("PATH", path)));
    RunResult::of(command)
}

#[test]
fn settings_are_made_up_once_and_private() {
    let dir = folder();
    make(dir.path(), &[".env"]).code(0);
    let path = dir.path().join(".env");
    assert_eq!(
        std::fs::metadata(&path).unwrap().permissions().mode() & 0o777,
        0o600
    );
    let first = std::fs::read_to_string(&path).unwrap();
    let value = |name: &str| {
        let line = first
            .lines()
            .find_map(|line| line.strip_prefix(&format!("{name}=")));
        line.unwrap_or_else(|| panic!("no {name} in {first}"))
            .to_owned()
    };
    assert!(value("PASSWORD").len() >= 16 && value("DOMAIN_PREFIX").starts_with("hello-"));
    assert_eq!(value("AWS_ENDPOINT_URL"), "http://127.0.0.1:4566");
    assert_eq!(
        std::fs::read_dir(dir.path()).unwrap().count(),
        3,
        "no draft is left"
    );
    make(dir.path(), &[".env"]).code(0);
    let again = Command::new("scripts/configure")
        .current_dir(dir.path())
        .stdin(Stdio::null())
        .output();
    assert!(again.unwrap().status.success());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), first);
}

#[test]
fn a_profile_means_aws_itself() {
    let dir = folder();
    let status = Command::new("scripts/configure")
        .current_dir(dir.path())
        .env("AWS_PROFILE", "school")
        .env("AWS_DEFAULT_REGION", "eu-west-1")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success());
    let text = std::fs::read_to_string(dir.path().join(".env")).unwrap();
    assert!(
        text.contains("AWS_PROFILE=school\n") && text.contains("AWS_DEFAULT_REGION=eu-west-1\n")
    );
    assert!(!text.contains("AWS_ENDPOINT_URL"));
}

#[test]
fn make_request_says_how_to_sign_in() {
    let dir = folder();
    for line in [
        "PASSWORD=plain-words",
        "export PASSWORD='plain-words'",
        "PASSWORD=\"plain-words\"",
    ] {
        std::fs::write(dir.path().join(".env"), format!("{line}\n")).unwrap();
        let output = Command::new("scripts/show-user")
            .current_dir(dir.path())
            .env_remove("PASSWORD")
            .output();
        let text = String::from_utf8(output.unwrap().stdout).unwrap();
        assert_eq!(text, "Sign in as: Testuser\nPassword:   plain-words\n");
    }
}

#[test]
fn clean_refuses_while_there_is_something_on_aws() {
    let dir = folder();
    let state = dir.path().join("state.json");
    std::fs::write(&state, "{}").unwrap();
    std::fs::create_dir(dir.path().join("target")).unwrap();
    make(dir.path(), &["clean"])
        .code(2)
        .stderr_has("run 'make delete' first");
    assert!(state.exists() && dir.path().join("target").exists());
    make(dir.path(), &["clean", "FORCE=1"]).code(0);
    assert!(!state.exists() && !dir.path().join("target").exists());
    make(dir.path(), &["clean"]).code(0);
}

/// It runs code for whoever finds its port.
#[test]
fn the_local_cloud_knows_no_secret_and_says_how_it_is_stopped() {
    let dir = folder();
    std::os::unix::fs::symlink(workspace().join(".venv"), dir.path().join(".venv")).unwrap();
    let port = free_port();
    let start = || {
        let mut command = Command::new("scripts/cloud");
        command.arg("start").current_dir(dir.path());
        command
            .env("CLOUD_PORT", port.to_string())
            .env("PASSWORD", e2e::run_result::PASSWORD)
            .env("AWS_SECRET_ACCESS_KEY", "a-secret");
        RunResult::of(command)
            .code(0)
            .stdout_has("MiniStack, an emulator")
            .stdout_has(&format!("CLOUD_PORT={port} make cloud-stop"));
    };
    start();
    start();
    let pid = dir.path().join(format!("target/cloud/{port}.pid"));
    let pid = std::fs::read_to_string(pid).unwrap();
    let process = Path::new("/proc").join(pid.trim());
    let environment = std::fs::read(process.join("environ")).unwrap();
    let environment = String::from_utf8_lossy(&environment);
    assert!(environment.contains("GATEWAY_PORT"), "{environment}");
    for secret in ["PASSWORD", "AWS_SECRET_ACCESS_KEY"] {
        assert!(!environment.contains(secret), "{environment}");
    }
    let own = dir.path().join(format!("target/cloud/{port}"));
    let own = own.canonicalize().unwrap();
    assert_eq!(std::fs::read_link(process.join("cwd")).unwrap(), own);
    make(dir.path(), &["clean"])
        .code(0)
        .stdout_has("Local cloud stopped");
    std::net::TcpListener::bind(("127.0.0.1", port)).expect("nobody has the port any more");
}

#[test]
fn a_stale_number_of_a_process_stops_nobody_else() {
    let dir = folder();
    let mut other = Command::new("sleep").arg("60").spawn().unwrap();
    std::fs::create_dir_all(dir.path().join("target/cloud")).unwrap();
    let pid = dir.path().join("target/cloud/4566.pid");
    std::fs::write(pid, format!("{}\n", other.id())).unwrap();
    make(dir.path(), &["cloud-stop"])
        .code(0)
        .stdout_has("No local cloud");
    assert_eq!(other.try_wait().unwrap(), None);
    other.kill().unwrap();
    other.wait().unwrap();
}

#[test]
fn every_target_is_explained() {
    let help = make(&workspace(), &["help"]).code(0).stdout;
    for target in [
        "api",
        "request",
        "delete",
        "demo",
        "lab",
        "test",
        "bench",
        "dist",
        "clean",
        "cloud",
        "cloud-stop",
    ] {
        assert!(
            help.contains(&format!("make {target} ")),
            "no {target} in {help}"
        );
    }
}

#[test]
fn the_demo_shows_the_whole_path_and_leaves_nothing() {
    let port = free_port().to_string();
    let state = format!("target/demo/{port}/state.json");
    let mut command = Command::new("scripts/demo");
    command.current_dir(workspace()).env("DEMO_PORT", &port);
    // The demo uses its own account and settings, whatever this machine's are.
    command
        .env("AWS_PROFILE", "nobody")
        .env("AWS_ENDPOINT_URL_LAMBDA", "http://127.0.0.1:9")
        .env("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", "true")
        .env("AWS_CA_BUNDLE", "missing.pem")
        .env("HTTP_PROXY", "http://127.0.0.1:9")
        .env("http_proxy", "http://127.0.0.1:9")
        .env("NAME_SUFFIX", "-other");
    let result = RunResult::of(command).code(0);
    let mut rest = result.stdout.as_str();
    for step in [
        "== 1. Create",
        &format!("State saved in '{state}'"),
        "== 2. A request without a token",
        "401 Unauthorized",
        "== 3. Log in with all scopes",
        "< HTTP/1.1 200 OK",
        "hello world",
        "== 4. Log in with openid only",
        "< HTTP/1.1 403 Forbidden",
        "== 5. Delete",
        "Nothing is left.",
        "== 6. What is left in the cloud",
        "nothing\n",
        &format!("step by step\n\ntarget/demo/{port}/login.html\n"),
    ] {
        let (_, after) = rest
            .split_once(step)
            .unwrap_or_else(|| panic!("no {step:?} in {result:#?}"));
        rest = after;
    }
    assert_eq!(rest, "", "without a terminal, no browser opens");
    assert!(
        workspace()
            .join(format!("target/demo/{port}/login.html"))
            .exists()
    );
    assert!(!workspace().join(state).exists());
}
