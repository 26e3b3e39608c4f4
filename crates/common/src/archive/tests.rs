use std::path::Path;

use super::as_run_from;

#[test]
fn a_hint_names_what_can_be_run() {
    for (text, in_archive) in [
        (
            "run 'make delete' to its end, then 'make api'",
            "run './delete' to its end, then './create'",
        ),
        (
            "'REPORT=login.html make request' keeps the page",
            "'./tokens --report login.html' keeps the page",
        ),
        ("make lab", "./tokens lab"),
        (
            "does the user pool still exist?",
            "does the user pool still exist?",
        ),
    ] {
        assert_eq!(as_run_from("./", text), in_archive);
    }
    assert_eq!(
        as_run_from("/opt/api/", "'cargo run --bin delete -- --list' shows them"),
        "'/opt/api/delete --list' shows them"
    );
}

/// The sources of the three programs, line by line.
fn lines(folder: &Path, found: &mut Vec<String>) {
    for entry in std::fs::read_dir(folder).expect("sources") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy();
        if path.is_dir() {
            lines(&path, found);
        } else if !["archive.rs", "tests.rs"].contains(&&*name) {
            let text = std::fs::read_to_string(&path).expect("text");
            let code = text.split("#[cfg(test)]\nmod tests {").next();
            found.extend(code.unwrap_or_default().lines().map(str::to_owned));
        }
    }
}

/// Whether a text that the programs print names a command of make or cargo.
fn names_a_command(line: &str) -> bool {
    let code = line.trim_start();
    let in_a_text = ["'make", " make request", "cargo run"];
    let alone = |text: &str| text.starts_with("make ") && text.split(' ').count() == 2;
    !code.starts_with("//")
        && (in_a_text.iter().any(|command| code.contains(command)) || code.split('"').any(alone))
}

#[test]
fn every_command_in_the_programs_has_its_like_in_an_archive() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut sources = Vec::new();
    for name in [
        "common",
        "http-client",
        "aws-client",
        "create",
        "delete",
        "tokens",
        "logs",
    ] {
        lines(&crates.join(name).join("src"), &mut sources);
    }
    let texts: Vec<&String> = sources
        .iter()
        .filter(|line| names_a_command(line))
        .collect();
    assert!(texts.len() >= 25, "{texts:#?}");
    for text in texts {
        let there = as_run_from("./", text);
        assert!(
            !names_a_command(&there),
            "not to be run from an archive: {text}"
        );
    }
}
