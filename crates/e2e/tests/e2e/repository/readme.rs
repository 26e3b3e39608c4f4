//! The README: its commands run, its tables and links are correct.

use std::process::Command;

use e2e::{RunResult, TestEnv, cloud::free_port, run_result::program, workspace};

fn readme() -> String {
    std::fs::read_to_string(workspace().join("README.md")).unwrap()
}

/// The lines of the code blocks that are marked as `sh`.
fn commands() -> Vec<String> {
    let readme = readme();
    let blocks = readme
        .split("```sh\n")
        .skip(1)
        .filter_map(|rest| rest.split("```").next());
    blocks.flat_map(str::lines).map(str::to_owned).collect()
}

/// Runs the commands in the README's order, in one environment. For commands
/// that build or take minutes, only checks that the target exists.
#[test]
fn its_commands_work_in_their_order() {
    let env = TestEnv::new();
    let port = free_port().to_string();
    let mut called = 0;
    for line in commands() {
        let words: Vec<&str> = line.split_whitespace().collect();
        called += 1;
        match words.as_slice() {
            ["make"] | ["make", "test" | "bench"] => {
                let mut make = Command::new("make");
                make.args(["--dry-run"])
                    .args(&words[1..])
                    .current_dir(workspace());
                RunResult::of(make).code(0);
            }
            ["make", "demo"] => {
                let mut demo = Command::new(workspace().join("scripts/demo"));
                demo.current_dir(workspace()).env("DEMO_PORT", &port);
                RunResult::of(demo).code(0);
            }
            ["make", "api"] => drop(env.create().code(0).stdout_has("API available at")),
            ["curl", "-i", "$API_URL"] => {
                let url = env.state()["api_url"].as_str().unwrap().to_owned();
                assert_eq!(e2e::block_on(e2e::run_result::get_without_token(&url)), 401);
            }
            ["make", "request"] => drop(env.tokens(&[]).code(0).stdout_has("hello world")),
            ["SCOPES=\"openid\"", "make", "request"] => {
                env.tokens(&["--scopes", "openid"])
                    .code(0)
                    .stdout_has("403 Forbidden");
            }
            ["make", "delete"] => {
                env.delete().code(0).stdout_has("Nothing is left.");
                // The rest of the README continues with the same stack.
                env.create().code(0);
            }
            ["make", "lab"] => {
                env.run("tokens", &["lab", "--headless"])
                    .code(0)
                    .stdout_has(", 0 FAIL");
            }
            ["cargo", "run", "--bin", name, "--", args @ ..] => {
                env.run(name, args).code(0);
            }
            _ => panic!("the README has a command that is not tried here: {line}"),
        }
    }
    assert!(called >= 10, "{called} commands");
    env.delete().code(0);
    assert!(env.inventory().is_empty());
}

#[test]
fn every_row_of_the_resource_table_leads_to_its_call() {
    let readme = readme();
    let rows: Vec<&str> = readme
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains("](crates/create/src/"))
        .collect();
    assert_eq!(rows.len(), 15);
    for row in rows {
        for cell in row
            .split('|')
            .skip(2)
            .filter(|cell| cell.contains("](crates/"))
        {
            let path = cell
                .split("](")
                .nth(1)
                .and_then(|rest| rest.split(')').next())
                .unwrap();
            let code = std::fs::read_to_string(workspace().join(path)).unwrap();
            let calls = cell.rsplit("): ").next().unwrap().trim();
            for call in calls
                .split(", ")
                .filter(|call| !call.starts_with("with the"))
            {
                assert!(
                    code.contains(&format!("named(\"{call}\")")),
                    "{path} does not call {call}"
                );
            }
        }
    }
}

#[test]
fn the_lab_table_is_the_lab() {
    let list = Command::new(program("tokens"))
        .args(["lab", "--list"])
        .output()
        .unwrap();
    let list = String::from_utf8(list.stdout).unwrap();
    let readme = readme();
    let experiments: Vec<&str> = list
        .lines()
        .skip(1)
        .filter(|line| !line.is_empty())
        .collect();
    assert!(experiments.len() >= 19, "{list}");
    for line in experiments {
        let columns: Vec<&str> = line
            .split("  ")
            .map(str::trim)
            .filter(|column| !column.is_empty())
            .collect();
        let row = format!("| `{}` | {} | {} |", columns[0], columns[1], columns[2]);
        assert!(readme.contains(&row), "the README lacks {row}");
    }
}

#[test]
fn every_file_that_a_page_names_is_there() {
    for (page, at_least) in [
        ("README.md", 20),
        ("ARCHITECTURE.md", 30),
        ("CONTRIBUTING.md", 1),
    ] {
        let text = std::fs::read_to_string(workspace().join(page)).expect(page);
        let links = text
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        let files = links.filter(|link| !link.starts_with("http") && !link.starts_with('#'));
        let files: Vec<&str> = files.collect();
        assert!(files.len() >= at_least, "{page} names {files:?}");
        for file in files {
            assert!(
                workspace().join(file).exists(),
                "{page} names {file}, which is not there"
            );
        }
    }
}
