//! What a person sees on a terminal.

use std::os::unix::fs::PermissionsExt;
use std::process::Command;

use e2e::terminal::on_terminal;
use e2e::{TestEnv, workspace};
use tempfile::TempDir;

/// The lines between a heading and the next empty line.
fn section<'a>(shown: &'a str, heading: &str) -> Vec<&'a str> {
    let (_, after) = shown
        .split_once(&format!("\n# {heading}\n"))
        .unwrap_or_else(|| panic!("no {heading} in {shown}"));
    after.lines().take_while(|line| !line.is_empty()).collect()
}

#[test]
fn at_80_columns_no_line_of_a_login_wraps() {
    let env = TestEnv::with_stack();
    let args = ["--headless", "--refresh", "--userinfo"];
    let shown = on_terminal(env.command("tokens", &args), 80, "");
    for line in shown.lines() {
        assert!(line.chars().count() <= 80, "{line}");
    }
    let checks = section(&shown, "Checks");
    assert_eq!(checks.len(), 26, "{checks:#?}");
    // Enough to recognize both, and to see that they are the same.
    let client = checks.iter().find(|line| line.contains("client_id"));
    let gaps = client.expect("a row").split("  ");
    let cells: Vec<&str> = gaps.filter(|cell| !cell.is_empty()).collect();
    assert_eq!(cells[2].chars().count(), 17, "{cells:?}");
    assert_eq!(cells[2], cells[3]);
    assert_eq!(
        section(&shown, "Checks after the refresh").len(),
        28,
        "{shown}"
    );
    assert!(section(&shown, "Access token")[0].contains('…'));
    let end = "\nSigned in as Testuser: 21 checks hold, the API answered 200\nnext: ";
    assert!(shown.contains(end), "{shown}");

    let refused = ["--headless", "--scopes", "openid"];
    let shown = on_terminal(env.command("tokens", &refused), 80, "");
    let end = "\nSigned in as Testuser: 21 checks hold, the API answered 403\nnext: ";
    assert!(shown.contains(end), "{shown}");
}

/// Without the experiments that listen at the port of the login.
#[test]
fn at_80_columns_no_line_of_the_lab_s_results_wraps() {
    let env = TestEnv::with_stack();
    let list = env.run("tokens", &["lab", "--list"]).code(0).stdout;
    let names = list
        .lines()
        .skip(1)
        .filter_map(|line| line.split(' ').next());
    let names: Vec<&str> = names
        .filter(|name| !["", "forged-callback", "login-csrf", "mix-up"].contains(name))
        .collect();
    let args = [&["lab", "--headless"], &names[..]].concat();
    let shown = on_terminal(env.command("tokens", &args), 80, "");
    let results = section(&shown, "Results");
    assert_eq!(results.len(), names.len() + 1, "{results:#?}");
    for line in results {
        assert!(line.chars().count() <= 80, "{line}");
        assert!(!line.contains('…'), "{line}");
    }
    let narrow = ["lab", "--headless", "redirect-tricks", "no-token"];
    let shown = on_terminal(env.command("tokens", &narrow), 60, "");
    for line in section(&shown, "Results") {
        assert!(line.chars().count() <= 60, "{line}");
    }
}

#[test]
fn tokens_are_whole_with_explain_and_for_a_program() {
    let env = TestEnv::with_stack();
    let command = env.command("tokens", &["--headless", "--explain"]);
    let explained = on_terminal(command, 80, "");
    let piped = env.tokens(&[]).code(0).stdout;
    for shown in [&explained, &piped] {
        let token = section(shown, "Access token")[0];
        assert_eq!(token.split('.').count(), 3, "{token}");
        assert!(!token.contains('…'), "{token}");
        assert!(shown.contains(&format!("> Authorization: Bearer {token}\n")));
    }
    let checks = section(&explained, "Checks").join("\n");
    assert!(!checks.contains('…'), "{checks}");
    for line in section(&piped, "Checks") {
        assert!(line.chars().count() <= 80, "{line}");
    }
}

/// A folder with the script that writes `.env`.
fn settings_folder() -> TempDir {
    let dir = TempDir::new().expect("a folder");
    let script = workspace().join("scripts/configure");
    std::fs::copy(script, dir.path().join("configure")).expect("copied");
    dir
}

/// Runs the script, types `typed`, and returns what it asked and what it wrote.
fn configure(typed: &str) -> (String, String) {
    let dir = settings_folder();
    let mut command = Command::new("./configure");
    command.current_dir(dir.path());
    for name in [
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "NAME_SUFFIX",
    ] {
        command.env_remove(name);
    }
    let shown = on_terminal(command, 80, typed);
    let written = std::fs::read_to_string(dir.path().join(".env")).expect("settings");
    (shown, written)
}

#[test]
fn make_asks_for_a_name_where_an_account_may_be_shared() {
    let (shown, written) = configure("\nschool\nAda Lovelace\nada\n");
    assert!(shown.contains("if others share this account"), "{shown}");
    assert!(shown.contains("Only letters, digits"), "{shown}");
    assert!(
        written.contains("\nAWS_PROFILE=school\nNAME_SUFFIX=-ada\n"),
        "{written}"
    );

    let (_, written) = configure("\nmy school\n\n");
    assert!(written.contains("\nAWS_PROFILE='my school'\n"), "{written}");
    assert!(!written.contains("NAME_SUFFIX"), "{written}");
}

#[test]
fn make_asks_for_no_name_in_the_local_cloud() {
    let (shown, written) = configure("eu-west-1\n\n");
    assert!(!shown.contains("share this account"), "{shown}");
    assert!(written.starts_with("AWS_DEFAULT_REGION=eu-west-1\nAWS_ENDPOINT_URL="));
    assert!(!written.contains("NAME_SUFFIX"), "{written}");
}

#[test]
fn the_demo_s_page_opens_on_a_desktop_and_nowhere_else() {
    let dir = TempDir::new().expect("a folder");
    let opened = dir.path().join("opened");
    for name in ["xdg-open", "open"] {
        let path = dir.path().join(name);
        let opener = format!("#!/bin/sh\necho \"$1\" >'{}'\n", opened.display());
        std::fs::write(&path, opener).expect("written");
        std::fs::set_permissions(&path, PermissionsExt::from_mode(0o755)).expect("executable");
    }
    let open_page = |name: &str, value: &str| {
        let mut command = Command::new(workspace().join("scripts/open-page"));
        let path = std::env::var("PATH").expect("a path");
        command
            .arg("login.html")
            .env_clear()
            .env("PATH", format!("{}:{path}", dir.path().display()))
            .env("DISPLAY", ":0")
            .env(name, value);
        command
    };
    let page = "Your browser opens it.\n";
    for (name, value) in [
        ("CI", "true"),
        ("SSH_CONNECTION", "192.0.2.1 1 192.0.2.2 22"),
    ] {
        assert_eq!(on_terminal(open_page(name, value), 80, ""), "", "{name}");
    }
    let piped = open_page("LANG", "C").output().expect("it runs");
    assert_eq!(piped.stdout, b"", "without a terminal");
    if cfg!(not(target_os = "macos")) {
        assert_eq!(on_terminal(open_page("DISPLAY", ""), 80, ""), "");
    }
    assert!(!opened.exists());
    assert_eq!(on_terminal(open_page("LANG", "C"), 80, ""), page);
    // The browser is not waited for.
    while !std::fs::read_to_string(&opened).is_ok_and(|page| page == "login.html\n") {
        std::thread::yield_now();
    }
}
