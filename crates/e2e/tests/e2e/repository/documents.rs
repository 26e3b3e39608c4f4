//! The documents: their commands run, their tables and links are correct.

use std::process::Command;

use e2e::{RunResult, TestEnv, cloud::free_port, run_result::program, workspace};

/// Every document, by its path.
const PAGES: [&str; 15] = [
    "README.md",
    "ARCHITECTURE.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "TEACHING.md",
    "docs/change.md",
    "docs/clouds.md",
    "docs/lab.md",
    "docs/proof.md",
    "docs/providers.md",
    "docs/reading.md",
    "docs/scripts.md",
    "docs/settings.md",
    "docs/troubleshooting.md",
];

fn read(page: &str) -> String {
    std::fs::read_to_string(workspace().join(page)).expect(page)
}

/// The lines of the README's code blocks that are marked as `sh`.
fn commands() -> Vec<String> {
    let readme = read("README.md");
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
            ["make"] | ["make", "test" | "cloud-stop"] => make_knows(&words[1..]),
            ["make", "demo"] => {
                let mut demo = Command::new(workspace().join("scripts/demo"));
                demo.current_dir(workspace()).env("DEMO_PORT", &port);
                RunResult::of(demo).code(0);
            }
            ["make", "api"] => {
                env.create()
                    .code(0)
                    .stdout_has("API available at")
                    .stderr_has("\ncurl -i ");
            }
            ["make", "request"] => drop(env.tokens(&[]).code(0).stdout_has("hello world")),
            ["SCOPES=\"openid\"", "make", "request"] => {
                env.tokens(&["--scopes", "openid"])
                    .code(0)
                    .stdout_has("403 Forbidden");
            }
            ["make", "delete"] => drop(env.delete().code(0).stdout_has("Nothing is left.")),
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
    assert!(called >= 15, "{called} commands");
    assert!(env.inventory().is_empty(), "the README ends with 'delete'");
}

/// Asserts that make knows a target, without making it.
fn make_knows(targets: &[&str]) {
    let mut make = Command::new("make");
    make.arg("--dry-run").args(targets).current_dir(workspace());
    RunResult::of(make).code(0);
}

/// `api` of `make api` and `SCOPES="openid" make api`, wherever a page says so.
#[test]
fn every_target_that_a_page_names_exists() {
    let mut named = std::collections::BTreeSet::new();
    for page in PAGES {
        let text = read(page);
        let after_make = text.split("make ").skip(1);
        let words = after_make.filter_map(|rest| rest.split(['`', '\n', ' ', ',', ')']).next());
        let before_make = text.split("make ").map(|before| before.chars().last());
        // Only where it stands in code: "make a change" is English.
        let in_code = before_make
            .zip(words)
            .filter(|(before, _)| *before == Some('`'));
        named.extend(in_code.map(|(_, target)| target.to_owned()));
    }
    assert!(named.len() >= 10, "{named:?}");
    for target in named {
        make_knows(&[&target]);
    }
}

/// Long enough to teach, short enough to be read.
#[test]
fn the_readme_stays_under_300_lines() {
    let lines = read("README.md").lines().count();
    assert!(lines < 300, "{lines} lines: move something to docs");
}

#[test]
fn every_row_of_the_resource_table_leads_to_its_call() {
    let architecture = read("ARCHITECTURE.md");
    let section = architecture
        .split("\n## ")
        .find(|section| section.starts_with("Resources\n"));
    let rows: Vec<&str> = section
        .expect("the resources")
        .lines()
        .filter(|line| line.contains("](crates/create/src/"))
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
            let code = read(path);
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
    let page = read("docs/lab.md");
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
        assert!(page.contains(&row), "docs/lab.md lacks {row}");
    }
}

/// The targets of a page's links, without addresses on the web.
fn links(page: &str) -> Vec<String> {
    let text = read(page);
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.starts_with("http"));
    targets.map(str::to_owned).collect()
}

/// GitHub's anchor of a heading: lower case, no punctuation, dashes for spaces.
fn anchor(heading: &str) -> String {
    let kept = heading.chars().filter_map(|character| match character {
        ' ' => Some('-'),
        character if character.is_alphanumeric() || character == '-' => {
            Some(character.to_ascii_lowercase())
        }
        _ => None,
    });
    kept.collect()
}

#[test]
fn every_file_and_heading_that_a_page_links_to_is_there() {
    let mut checked = 0;
    for page in PAGES {
        let folder = workspace().join(page);
        let folder = folder.parent().expect("a folder");
        for link in links(page) {
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let path = match file {
                "" => workspace().join(page),
                file => folder.join(file),
            };
            assert!(path.exists(), "{page} names {link}, which is not there");
            if !heading.is_empty() {
                let text = std::fs::read_to_string(path).expect("a page");
                let headings = text.lines().filter_map(|line| line.split_once("# "));
                let mut anchors = headings.map(|(_, heading)| anchor(heading));
                assert!(
                    anchors.any(|found| found == heading),
                    "{page} links to {link}, and there is no such heading"
                );
            }
            checked += 1;
        }
    }
    assert!(checked >= 90, "only {checked} links");
}

#[test]
fn every_picture_is_on_a_page() {
    let pages: String = PAGES.map(read).concat();
    for entry in std::fs::read_dir(workspace().join(".images")).expect("pictures") {
        let name = entry.expect("an entry").file_name();
        let link = format!(".images/{})", name.to_string_lossy());
        assert!(pages.contains(&link), "no page shows {link}");
    }
}

#[test]
fn every_page_is_reachable_from_the_readme() {
    let linked = links("README.md");
    for page in PAGES.iter().skip(1) {
        assert!(linked.iter().any(|link| link == page), "{page}");
    }
}
