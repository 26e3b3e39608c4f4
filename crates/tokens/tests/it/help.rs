//! `--help` of each command: the flags that it takes, and no other.

use std::process::Command;

const COMMON: &[&str] = &["--env-file", "--explain", "--help", "--state"];
const PAGE: &[&str] = &["--force", "--report"];
const GRANT: &[&str] = &[
    "--api",
    "--audience",
    "--client-auth",
    "--client-id",
    "--dpop",
    "--fail",
    "--issuer",
    "--json",
    "--print",
    "--resource",
    "--scopes",
];
const SIGN_IN: &[&str] = &["--logout", "--refresh", "--timeout", "--userinfo"];

fn listed(command: &str) -> Vec<String> {
    let program = env!("CARGO_BIN_EXE_tokens");
    let output = Command::new(program).args([command, "--help"]).output();
    let help = String::from_utf8(output.expect("it starts").stdout).expect("UTF-8");
    let flags = help.lines().filter_map(|line| {
        // A flag is indented; the text above them may begin with one too.
        let line = line.strip_prefix("  ")?.trim_start();
        let line = line.strip_prefix("-h, ").unwrap_or(line);
        let flag = line.split([' ', '[']).next().unwrap_or_default();
        flag.starts_with("--").then(|| flag.to_owned())
    });
    let mut flags: Vec<String> = flags.collect();
    flags.sort();
    flags
}

#[test]
fn each_command_lists_what_it_takes() {
    for (command, own) in [
        ("device", &[PAGE, GRANT, SIGN_IN, &["--open"]][..]),
        ("client-credentials", &[PAGE, GRANT]),
        ("verify", &[PAGE, &["--audience", "--issuer", "--json"]]),
        (
            "lab",
            &[
                PAGE,
                &[
                    "--fail",
                    "--headless",
                    "--json",
                    "--junit",
                    "--list",
                    "--quiz",
                    "--timeout",
                ],
            ],
        ),
    ] {
        let mut expected = [&[COMMON], own].concat().concat();
        expected.sort_unstable();
        assert_eq!(listed(command), expected, "{command}");
    }
}
