//! The build script of the programs: `VERSION` is the version with the
//! commit and its date, `0.1.0 (abcdef123 2026-11-25)`, from git; or from
//! `BUILD_COMMIT`, where the sources have no git. Without both, the plain version.

#![allow(clippy::print_stdout)] // how a build script speaks to cargo

use std::path::Path;
use std::process::Command;

fn main() {
    println!("cargo::rerun-if-env-changed=BUILD_COMMIT");
    let given = std::env::var("BUILD_COMMIT").ok();
    let commit = given.filter(|given| !given.is_empty()).or_else(from_git);
    let version = env("CARGO_PKG_VERSION");
    match commit {
        Some(commit) => println!("cargo::rustc-env=VERSION={version} ({commit})"),
        None => println!("cargo::rustc-env=VERSION={version}"),
    }
}

/// The commit that is checked out, and its date.
fn from_git() -> Option<String> {
    // Sources without git can lie in a folder of somebody else's repository.
    let folder = git(&["rev-parse", "--show-prefix"])?;
    if folder != format!("crates/{}/", env("CARGO_PKG_NAME")) {
        return None;
    }
    // It grows with each commit and each checkout. Cargo would take a file that is
    // not there for one that has changed.
    let log = git(&["rev-parse", "--git-path", "logs/HEAD"])?;
    if Path::new(&log).exists() {
        println!("cargo::rerun-if-changed={log}");
    }
    git(&["log", "-1", "--abbrev=9", "--date=short", "--format=%h %cd"])
}

fn git(args: &[&str]) -> Option<String> {
    let output = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    output.status.success().then(|| text.trim().to_owned())
}

fn env(name: &str) -> String {
    std::env::var(name).expect(name)
}
