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

fn help(args: &[&str]) -> String {
    let program = env!("CARGO_BIN_EXE_tokens");
    let output = Command::new(program).args(args).arg("--help").output();
    String::from_utf8(output.expect("it starts").stdout).expect("UTF-8")
}

fn listed(command: &str) -> Vec<String> {
    let help = help(&[command]);
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

#[test]
fn it_fits_a_terminal_of_80_columns() {
    let commands = ["lab", "device", "client-credentials", "verify"].map(|command| vec![command]);
    for args in commands.into_iter().chain([vec![]]) {
        let help = help(&args);
        assert!(help.contains("--explain"), "{help}");
        let long = help.lines().find(|line| line.chars().count() > 80);
        assert_eq!(long, None, "{args:?}");
    }
}
