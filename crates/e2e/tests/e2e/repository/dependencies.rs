//! One HTTP stack, one TLS stack, and no AWS SDK where it is not needed.

use std::collections::BTreeSet;
use std::process::Command;

use e2e::workspace;

/// The output of `cargo tree` for the selection in `args`, one line in `format`
/// per package; with `normal` as `edges`, only what is built into programs.
fn tree(edges: &str, format: &str, args: &[&str]) -> Vec<String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo)
        .current_dir(workspace())
        .args(["tree", "--locked", "--offline"])
        .args(["--edges", edges, "--prefix", "none", "--format", format])
        .args(args)
        .output()
        .expect("cargo starts");
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let text = String::from_utf8(output.stdout).expect("UTF-8");
    // "hyper v1.12.0 (*)": the star marks a package that was listed before.
    let mut packages: Vec<String> = text
        .lines()
        .map(|line| line.trim_end_matches(" (*)").to_owned())
        .filter(|line| !line.is_empty())
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

fn named<'a>(packages: &'a [String], name: &str) -> Vec<&'a String> {
    let is = |package: &&String| package.split(' ').next() == Some(name);
    packages.iter().filter(is).collect()
}

#[test]
fn there_is_one_http_stack_and_one_tls_stack() {
    let packages = tree("normal", "{p}", &["--workspace"]);
    for one in [
        "tokio",
        "http",
        "hyper",
        "h2",
        "rustls",
        "hyper-rustls",
        "aws-lc-rs",
        "reqwest",
    ] {
        let found = named(&packages, one);
        assert_eq!(found.len(), 1, "not exactly one {one}: {found:?}");
    }
    for none in [
        "native-tls",
        "openssl",
        "openssl-sys",
        "ring",
        "boring",
        "s2n-tls",
    ] {
        let found = named(&packages, none);
        assert!(found.is_empty(), "{found:?} is in the tree");
    }
}

#[test]
fn tokens_and_the_function_have_no_aws_sdk() {
    for package in ["tokens", "echo"] {
        let packages = tree("normal", "{p}", &["--package", package]);
        let found: Vec<_> = packages
            .iter()
            .filter(|package| {
                ["aws-sdk-", "aws-config ", "aws-smithy-"]
                    .iter()
                    .any(|sdk| package.starts_with(sdk))
            })
            .collect();
        assert!(found.is_empty(), "{package} has {found:?}");
    }
}

/// Otherwise `cargo test` would build the whole SDK a second time.
#[test]
fn tests_turn_on_no_feature_of_what_programs_are_built_from() {
    let features = |edges| tree(edges, "{p} {f}", &["--workspace"]);
    let (programs, tests) = (features("normal"), features("normal,dev"));
    let package = |line: &str| line.split(' ').take(2).collect::<Vec<_>>().join(" ");
    let selected = ["create", "delete", "tokens", "echo"].map(|program| ["--package", program]);
    let built: BTreeSet<String> = tree("normal", "{p}", &selected.concat())
        .iter()
        .map(|line| package(line))
        .collect();
    let other: Vec<&String> = tests
        .iter()
        .filter(|line| !programs.contains(line))
        .filter(|line| built.contains(&package(line)))
        .collect();
    assert!(other.is_empty(), "only tests turn these on: {other:#?}");
    assert!(built.len() > 200, "only {} packages", built.len());
}
