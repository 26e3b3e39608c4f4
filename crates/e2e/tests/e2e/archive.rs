//! The archive for machines without Rust, packed by `scripts/dist`, unpacked in an
//! empty folder. It has the programs of the dev profile: a release build would take
//! minutes, and is what the release workflow makes.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use e2e::run_result::program;
use e2e::{RunResult, TestEnv, cloud::free_port, workspace};
use tempfile::TempDir;

/// The programs that the archive is for.
const PROGRAMS: [&str; 4] = ["create", "tokens", "delete", "logs"];

/// What this machine is called in the archive, and in AWS's words.
fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "aarch64" => "arm64",
        other => other,
    }
}

/// What `tokens` can do beside a login, for example `lab`.
fn subcommands() -> Vec<String> {
    let help = TestEnv::at("http://127.0.0.1:9").run("tokens", &["--help"]);
    let (_, commands) = help.stdout.split_once("\nCommands:\n").expect("commands");
    let (commands, _) = commands.split_once("\n\n").expect("an end");
    // Not a name: the second line of an explanation.
    let names = commands.lines().filter(|line| !line.starts_with("   "));
    let names = names.filter_map(|line| line.split_whitespace().next());
    let names: Vec<String> = names
        .filter(|name| *name != "help")
        .map(str::to_owned)
        .collect();
    assert!(names.contains(&"lab".to_owned()), "{names:?}");
    names
}

/// Every file of the archive but the folders, with its mode.
fn expected() -> Vec<String> {
    let zip = format!("bootstrap-{}.zip", architecture());
    let programs = "cloud configure create delete demo inventory logs open-page show-user tokens";
    let files = [
        ".env.example LICENSE README.md iam-policy.json requirements.txt",
        "completions/_create completions/_delete completions/_logs completions/_tokens",
        "completions/create.bash completions/delete.bash completions/logs.bash",
        "completions/create.fish completions/delete.fish completions/logs.fish",
        "completions/tokens.bash completions/tokens.fish",
        "man/create.1 man/delete.1 man/logs.1 man/tokens.1",
        &zip,
    ];
    let files = files.iter().flat_map(|names| names.split(' '));
    let pages = subcommands()
        .into_iter()
        .map(|name| format!("man/tokens-{name}.1"));
    let files = files.map(str::to_owned).chain(pages);
    let files = files.map(|name| format!("-rw-r--r-- {name}"));
    let programs = programs.split(' ').map(|name| format!("-rwxr-xr-x {name}"));
    let mut all: Vec<String> = files.chain(programs).collect();
    all.sort();
    all
}

/// Packs the programs in `built`; returns the archive's path.
fn pack(built: &Path, folder: &Path, repository: &str) -> PathBuf {
    let mut dist = Command::new("scripts/dist");
    dist.current_dir(workspace())
        .env("BUILT", built)
        .env("DIST", folder)
        .env("REPOSITORY_URL", repository)
        .env_remove("TARGET");
    let result = RunResult::of(dist).code(0).stdout_has(" MB\n");
    let (path, _) = result.stdout.split_once(": ").expect("the archive's path");
    PathBuf::from(path)
}

/// The archive, packed once.
static ARCHIVE: LazyLock<(TempDir, PathBuf)> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let built = program("create");
    let path = pack(built.parent().expect("a folder"), folder.path(), "");
    (folder, path)
});

/// The archive's only folder, unpacked in an empty one.
fn unpacked() -> (TempDir, PathBuf) {
    unpack(&ARCHIVE.1)
}

fn unpack(archive: &Path) -> (TempDir, PathBuf) {
    let dir = TempDir::new().unwrap();
    let mut tar = Command::new("tar");
    tar.arg("xzf").arg(archive).current_dir(dir.path());
    RunResult::of(tar).code(0);
    let mut entries = std::fs::read_dir(dir.path()).unwrap();
    let folder = entries.next().expect("a folder").unwrap().path();
    assert!(entries.next().is_none(), "all is in one folder");
    (dir, folder.canonicalize().unwrap())
}

/// The folders of PATH in which there is no Rust.
fn path_without_rust() -> OsString {
    let path = std::env::var_os("PATH").expect("a PATH");
    let rust = ["cargo", "rustc", "rustup", "cargo-lambda"];
    let has_rust = |folder: &PathBuf| rust.iter().any(|name| folder.join(name).exists());
    let others = std::env::split_paths(&path).filter(|folder| !has_rust(folder));
    std::env::join_paths(others).expect("a PATH")
}

/// A command that is run in the archive's folder, where there is no Rust.
fn without_rust(folder: &Path, command: &str) -> Command {
    let mut shell = Command::new("sh");
    shell.args(["-c", command]).current_dir(folder);
    shell.env("PATH", path_without_rust());
    shell
}

#[test]
fn it_has_these_files_and_no_other() {
    let mut tar = Command::new("tar");
    tar.arg("tvzf").arg(&ARCHIVE.1);
    let list = RunResult::of(tar).code(0).stdout;
    let name = format!("aws-secure-serverless-api-{}-", env!("CARGO_PKG_VERSION"));
    let mut files = Vec::new();
    for line in list.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        let (mode, owner, path) = (words[0], words[1], words[words.len() - 1]);
        assert_eq!(owner, "root/root", "{line}");
        let (top, path) = path.split_once('/').expect(line);
        assert!(
            top.starts_with(&name) && top.contains("-linux-gnu"),
            "{line}"
        );
        if path.is_empty() || path.ends_with('/') {
            assert_eq!(mode, "drwxr-xr-x", "{line}");
        } else {
            files.push(format!("{mode} {path}"));
        }
    }
    files.sort();
    assert_eq!(files, expected());
}

/// A folder with files in place of the programs, which are quicker to pack.
fn small_programs() -> TempDir {
    let built = TempDir::new().unwrap();
    for name in PROGRAMS {
        std::fs::write(built.path().join(name), name).unwrap();
    }
    std::os::unix::fs::symlink(program("manual"), built.path().join("manual")).unwrap();
    built
}

/// Whoever packs the same files gets the same archive, byte for byte.
#[test]
fn it_does_not_depend_on_the_moment() {
    let built = small_programs();
    let archives = [0, 1].map(|_| {
        let folder = TempDir::new().unwrap();
        std::fs::read(pack(built.path(), folder.path(), "")).unwrap()
    });
    assert!(archives[0] == archives[1]);
}

#[test]
fn the_demo_shows_the_whole_path_without_rust_and_leaves_nothing() {
    let (_dir, folder) = unpacked();
    for name in ["cargo", "rustc", "cargo-lambda"] {
        let found = without_rust(&folder, &format!("command -v {name}"));
        assert_eq!(RunResult::of(found).stdout, "");
    }
    let port = free_port().to_string();
    let mut demo = without_rust(&folder, "./demo");
    demo.env("DEMO_PORT", &port);
    let result = RunResult::of(demo).code(0);
    let mut rest = result.stdout.as_str();
    for step in [
        "Installing the local cloud",
        &format!("CLOUD_PORT={port} ./cloud stop"),
        "$ ./create\n",
        "401 Unauthorized",
        "< HTTP/1.1 200 OK",
        "hello world",
        "< HTTP/1.1 403 Forbidden",
        "Nothing is left.",
        "== 6. What is left in the cloud\n\nnothing\n",
        &format!("run/demo/{port}/login.html\n"),
    ] {
        let after = rest.split_once(step);
        (_, rest) = after.unwrap_or_else(|| panic!("no {step:?} in {result:#?}"));
    }
    assert!(!result.stderr.contains("make "), "{}", result.stderr);
    assert!(folder.join(format!("run/demo/{port}/login.html")).exists());
    assert!(!folder.join(format!("run/demo/{port}/state.json")).exists());
    let again = without_rust(&folder, "./cloud stop-all");
    assert_eq!(RunResult::of(again).code(0).stdout, "", "it runs no more");
}

#[test]
fn the_programs_find_the_function_and_name_what_can_be_run() {
    let (_dir, folder) = unpacked();
    let env = TestEnv::new().unset("LAMBDA_ZIP");
    let run = |command: &str| {
        let mut shell = env.shell(command);
        shell.current_dir(&folder).env("PATH", path_without_rust());
        let result = RunResult::of(shell);
        assert!(!result.stderr.contains("make "), "{}", result.stderr);
        result
    };
    run("./create")
        .code(0)
        .stdout_has("API available at")
        .stderr_has("next: './show-user' says as whom, './tokens' signs you in");
    run("./tokens --headless")
        .code(0)
        .stdout_has("hello world")
        .stderr_has("next: './tokens lab' attacks this login");
    run("./tokens --headless --report login.html").code(0);
    run("./logs").code(0).stdout_has("/hello");
    let page = std::fs::read_to_string(folder.join("login.html")).unwrap();
    assert!(page.contains("<code>./tokens --scopes openid</code>"));
    assert!(!page.contains("make "), "{page}");
    run("./delete")
        .code(0)
        .stdout_has("Nothing is left.")
        .stderr_has("next: './create' creates it again\n");
    assert!(env.inventory().is_empty());

    // From another folder, the hints have the whole path.
    let mut delete = env.command_at(&folder.join("delete"));
    delete.env("PATH", path_without_rust());
    let hint = format!("'{}/delete --list' shows", folder.display());
    RunResult::of(delete).code(0).stderr_has(&hint);

    std::fs::remove_file(folder.join(format!("bootstrap-{}.zip", architecture()))).unwrap();
    run("./create")
        .code(2)
        .stderr_has(&format!("bootstrap-{}.zip", architecture()))
        .stderr_has("unpack the archive again: its zip lies beside 'create'");
}

#[test]
fn without_an_archive_the_missing_function_is_to_be_made() {
    let env = TestEnv::at("http://127.0.0.1:9").unset("LAMBDA_ZIP");
    env.create()
        .code(2)
        .stderr_has("target/lambda/echo/bootstrap.zip")
        .stderr_has("run 'make' to build the function");
}

#[test]
fn settings_are_made_up_and_the_user_is_shown() {
    let (_dir, folder) = unpacked();
    let run = |command: &str| {
        let mut command = without_rust(&folder, command);
        command.env_remove("PASSWORD").env_remove("AWS_PROFILE");
        RunResult::of(command).code(0).stdout
    };
    assert!(run("./configure").starts_with("Settings written to .env (mode 0600)"));
    let settings = std::fs::read_to_string(folder.join(".env")).unwrap();
    let (_, password) = settings.split_once("PASSWORD=").expect("a password");
    let password = password.lines().next().unwrap();
    assert_eq!(
        run("./show-user"),
        format!("Sign in as: Testuser\nPassword:   {password}\n")
    );
}

/// The answer of git in the repository; `None` where the sources have no git.
fn git(args: &[&str]) -> Option<String> {
    let mut git = Command::new("git");
    git.args(args).current_dir(workspace());
    let result = RunResult::of(git);
    (result.code == Some(0)).then(|| result.stdout.trim().to_owned())
}

#[test]
fn each_program_says_of_which_commit_it_is() {
    for name in PROGRAMS {
        let version = TestEnv::at("http://127.0.0.1:9").run(name, &["--version"]);
        let version = version.code(0).stdout;
        let plain = format!("{name} {}", env!("CARGO_PKG_VERSION"));
        if git(&["rev-parse", "HEAD"]).is_none() {
            assert_eq!(version, format!("{plain}\n"));
            continue;
        }
        let commit = version
            .strip_prefix(&format!("{plain} ("))
            .and_then(|rest| rest.strip_suffix(")\n"));
        let commit = commit.unwrap_or_else(|| panic!("no commit in {version}"));
        let (hash, _) = commit.split_once(' ').expect("hash and date");
        let format = ["--abbrev=9", "--date=short", "--format=%h %cd"];
        let shown = git(&[&["log", "-1", hash], &format[..]].concat());
        assert_eq!(shown.as_deref(), Some(commit));
    }
}

/// What the programs' build script tells cargo about a program in `folder`.
fn build_script(folder: &Path, commit: Option<&str>) -> RunResult {
    let script = folder.join("version");
    let mut rustc = Command::new("rustc");
    rustc.args(["--edition", "2024", "-o"]).arg(&script);
    rustc.arg(workspace().join("scripts/version.rs"));
    RunResult::of(rustc).code(0);
    let mut run = Command::new(script);
    run.current_dir(folder)
        .env("CARGO_PKG_NAME", "create")
        .env("CARGO_PKG_VERSION", "1.2.3")
        .env("BUILD_COMMIT", commit.unwrap_or_default());
    RunResult::of(run).code(0)
}

#[test]
fn a_build_without_git_has_the_plain_version() {
    let dir = TempDir::new().unwrap();
    build_script(dir.path(), None).stdout_has("=VERSION=1.2.3\n");
    build_script(dir.path(), Some("abcdef123 2026-11-25"))
        .stdout_has("=VERSION=1.2.3 (abcdef123 2026-11-25)\n");
    // Somebody else's repository, in a folder of which the sources lie.
    let mut init = Command::new("git");
    init.args(["init", "--quiet"]).current_dir(dir.path());
    RunResult::of(init).code(0);
    build_script(dir.path(), None).stdout_has("=VERSION=1.2.3\n");
}

/// `cargo binstall` looks for the archive under the name that it has.
#[test]
fn each_program_says_where_its_releases_are() {
    let file = ARCHIVE.1.file_name().unwrap().to_string_lossy();
    let top = file.strip_suffix(".tar.gz").unwrap();
    let version = env!("CARGO_PKG_VERSION");
    let (_, target) = top.split_once(&format!("{version}-")).unwrap();
    for name in PROGRAMS {
        let manifest = workspace().join(format!("crates/{name}/Cargo.toml"));
        let manifest = std::fs::read_to_string(manifest).unwrap();
        let named = manifest
            .replace("{ version }", version)
            .replace("{ target }", target);
        for line in [
            format!("pkg-url = \"{{ repo }}/releases/download/v{version}/{file}\"\n"),
            format!("bin-dir = \"{top}/{{ bin }}\"\n"),
        ] {
            assert!(named.contains(&line), "no {line} in {named}");
        }
    }
}

/// Loads the completions, and shows them.
const LOAD: &str = "for file in completions/*.bash; do bash -n $file; . $file; done
complete -p create tokens delete logs";

#[test]
fn every_shell_has_the_flags_and_every_program_its_page() {
    let (_dir, folder) = unpacked();
    let mut bash = Command::new("bash");
    bash.args(["-ec", LOAD]).current_dir(&folder);
    let loaded = RunResult::of(bash).code(0).stdout;
    for name in PROGRAMS {
        assert!(loaded.contains(&format!("-F _{name} {name}\n")), "{loaded}");
        let read = |path: String| std::fs::read_to_string(folder.join(path)).unwrap();
        let zsh = read(format!("completions/_{name}"));
        assert!(zsh.starts_with(&format!("#compdef {name}\n")), "{zsh}");
        let fish = read(format!("completions/{name}.fish"));
        assert!(fish.contains(&format!("complete -c {name} ")), "{fish}");
        for text in [zsh, fish, read(format!("completions/{name}.bash"))] {
            assert!(text.contains("explain"), "{text}");
        }
        let page = read(format!("man/{name}.1"));
        assert!(page.contains(&format!(".TH {name} 1 ")), "{page}");
        assert!(page.contains(".SH OPTIONS"), "{page}");
    }
}

/// What the archive's README links to.
fn links(readme: &str) -> Vec<&str> {
    let links = readme.split("](").skip(1);
    links.filter_map(|rest| rest.split(')').next()).collect()
}

/// Every link leads to a file of the archive, or to the web.
#[test]
fn its_readme_says_how_it_is_used_and_has_no_broken_link() {
    let (built, dist) = (small_programs(), TempDir::new().unwrap());
    let repository = "https://code.example/api";
    let published = pack(built.path(), dist.path(), repository);
    for (archive, is_published) in [(&published, true), (&ARCHIVE.1, false)] {
        let (_dir, folder) = unpack(archive);
        let readme = std::fs::read_to_string(folder.join("README.md")).unwrap();
        for text in ["# AWS serverless RESTful API", "./demo\n", "`./configure`"] {
            assert!(readme.contains(text), "no {text:?} in {readme}");
        }
        let links = links(&readme);
        for link in &links {
            assert!(
                link.starts_with("https://") || folder.join(link).exists(),
                "{link}"
            );
        }
        let page = format!(
            "{repository}/blob/v{}/TEACHING.md",
            env!("CARGO_PKG_VERSION")
        );
        assert_eq!(links.contains(&&*page), is_published, "{links:?}");
    }
}

#[test]
fn without_python_the_local_cloud_says_what_it_needs() {
    let (_dir, folder) = unpacked();
    std::fs::write(folder.join("python3"), "#!/bin/sh\nexit 1\n").unwrap();
    let mut start = without_rust(&folder, "chmod +x python3; PATH=.:$PATH ./cloud start");
    start.env("CLOUD_PORT", free_port().to_string());
    RunResult::of(start)
        .code(1)
        .stderr_has("error: the local cloud needs Python 3.10 or newer, with venv\n");
}
