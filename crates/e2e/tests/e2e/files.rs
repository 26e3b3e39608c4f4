//! Files that are not what they should be, and folders that cannot be written.

use std::fs::OpenOptions;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;

use e2e::run_result::program;
use e2e::{RunResult, TestEnv};

const PROGRAMS: [&str; 4] = ["create", "tokens", "delete", "logs"];

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, PermissionsExt::from_mode(mode)).unwrap();
}

/// A pipe without a writer would be waited for, and /dev/zero never ends.
#[test]
fn pipes_and_devices_are_refused_at_once() {
    let env = TestEnv::at("http://127.0.0.1:9");
    let pipe = env.dir().join("pipe");
    let mkfifo = Command::new("mkfifo").arg(&pipe).status();
    assert!(mkfifo.unwrap().success());
    for path in [&pipe.display().to_string(), "/dev/zero"] {
        for program in PROGRAMS {
            for flag in ["--state", "--env-file"] {
                let result = env.run(program, &[flag, path]).code(2);
                result.stderr_has(path).stderr_has("not a regular file");
            }
        }
        let zip = env.colleague().set("LAMBDA_ZIP", path);
        zip.create().code(2).stderr_has("not a regular file");
    }
    let lock = env.dir().join("state.json.lock");
    std::fs::rename(&pipe, lock).unwrap();
    for program in ["create", "delete"] {
        env.run(program, &[])
            .code(2)
            .stderr_has("not a regular file");
    }
}

#[test]
fn a_state_file_elsewhere_stays_there() {
    let env = TestEnv::new();
    std::fs::create_dir(env.dir().join("kept")).unwrap();
    let kept = env.dir().join("kept/hello.json");
    symlink(&kept, env.state_path()).unwrap();
    env.create().code(0);
    assert!(env.state_path().is_symlink() && kept.exists());
    env.tokens(&[]).code(0).stdout_has("hello world");
    env.delete().code(0);
    assert!(env.state_path().is_symlink() && !kept.exists());
    assert!(env.inventory().is_empty());
}

#[test]
fn a_dry_run_needs_no_writable_folder() {
    let mut env = TestEnv::with_stack();
    let zip = env.dir().join("bootstrap.zip");
    std::fs::copy(e2e::test_env::zip(), &zip).unwrap();
    env.change("LAMBDA_ZIP", "bootstrap.zip");
    for name in ["create", "delete"] {
        std::fs::copy(program(name), env.dir().join(name)).unwrap();
    }
    mode(&env.state_path(), 0o644);
    mode(&zip, 0o644);
    mode(env.dir(), 0o555);
    let dry = run_as_nobody(&env, "delete", &["--dry-run"]).code(0);
    dry.stdout_has("Would delete: API");
    let dry = run_as_nobody(&env, "create", &["--dry-run"]).code(0);
    dry.stdout_has("Unchanged: Function");
    for name in ["create", "delete"] {
        let result = run_as_nobody(&env, name, &[]).code(2);
        result.stderr_has("Cannot write").stderr_has("--state PATH");
    }
    mode(env.dir(), 0o755);
    env.delete().code(0);
}

/// Runs the copy of a program in the folder as a user who is not root: root
/// may write everywhere.
fn run_as_nobody(env: &TestEnv, name: &str, args: &[&str]) -> RunResult {
    let mut command = env.command_at(&env.dir().join(name));
    command.args(args);
    if rustix::process::geteuid().is_root() {
        command.uid(65534).gid(65534);
    }
    RunResult::of(command)
}

/// `/dev/full` is a disk without room. What was made is recorded all the same.
#[cfg(target_os = "linux")]
#[test]
fn results_that_cannot_be_printed_are_an_error() {
    let env = TestEnv::new();
    for program in ["create", "delete"] {
        let mut command = env.command(program, &[]);
        let full = OpenOptions::new().write(true).open("/dev/full").unwrap();
        command.stdout(full);
        RunResult::of(command)
            .code(1)
            .stderr_has("Cannot write to stdout: No space left on device");
        assert_eq!(env.state_path().exists(), program == "create");
    }
    assert!(env.inventory().is_empty());
}
