//! Packages, crates, actions and images: all by an exact version or hash.

use std::collections::BTreeMap;
use std::path::PathBuf;

use e2e::workspace;

/// The files in `requirements` that end with `extension`, by name.
fn files(extension: &str) -> BTreeMap<String, String> {
    let folder = std::fs::read_dir(workspace().join("requirements")).expect("the folder");
    let paths = folder.map(|entry| entry.expect("an entry").path());
    let chosen = paths.filter(|path| path.extension().is_some_and(|found| found == extension));
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy();
        (
            name.into_owned(),
            std::fs::read_to_string(&path).expect("text"),
        )
    };
    chosen.map(read).collect()
}

/// The lines of a requirements file without comments, continued lines joined.
fn requirements(text: &str) -> Vec<String> {
    let lines = text.lines().filter_map(|line| line.split('#').next());
    let text = lines.collect::<Vec<_>>().join("\n").replace("\\\n", " ");
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(str::to_owned).collect()
}

/// `moto==5.2.5` of a requirement: without extras, conditions and hashes.
fn pin(requirement: &str) -> String {
    let pinned = requirement.split([' ', ';']).next().unwrap_or_default();
    let (package, version) = pinned.split_once("==").expect(requirement);
    let name = package.split('[').next().unwrap_or_default();
    format!("{name}=={version}")
}

#[test]
fn every_package_has_a_version_and_hashes_and_no_source() {
    let files = files("txt");
    assert!(files.len() >= 4, "{:?}", files.keys());
    for (name, text) in files {
        assert!(!text.contains("://"), "{name} names a source");
        for requirement in requirements(&text) {
            pin(&requirement);
            let after = requirement.split("--hash=sha256:").nth(1);
            let hash = after.unwrap_or_else(|| panic!("no hash in {name}: {requirement}"));
            let digits = hash.chars().take_while(char::is_ascii_hexdigit).count();
            assert_eq!(digits, 64, "{name}: {requirement}");
        }
    }
}

#[test]
fn every_package_that_is_asked_for_is_installed_in_that_version() {
    let compiled = files("txt");
    let asked_for = files("in");
    for (name, text) in &asked_for {
        let installed: Vec<String> = requirements(&compiled[name])
            .iter()
            .map(|line| pin(line))
            .collect();
        for line in requirements(text) {
            let wanted = match line.strip_prefix("-r ") {
                Some(other) => requirements(&asked_for[other.trim_end_matches(".in")]),
                None => vec![line],
            };
            for wanted in wanted.iter().map(|line| pin(line)) {
                assert!(installed.contains(&wanted), "{name}.txt lacks {wanted}");
            }
        }
    }
}

/// All of them are installed into one folder.
#[test]
fn no_file_asks_for_another_version_than_the_tools() {
    let files = files("txt");
    let tools: Vec<String> = requirements(&files["tools"])
        .iter()
        .map(|line| pin(line))
        .collect();
    for (name, text) in &files {
        for wanted in requirements(text) {
            let wanted = pin(&wanted);
            let package = wanted.split("==").next().unwrap_or_default();
            let same_package = format!("{package}==");
            let known = tools.iter().any(|tool| tool.starts_with(&same_package));
            assert!(!known || tools.contains(&wanted), "{name}.txt: {wanted}");
        }
    }
}

/// What only tests need is not installed by `make` and `make demo`.
#[test]
fn a_learner_does_not_install_what_tests_need() {
    let tools = requirements(&files("txt")["tools"]);
    let names: Vec<&str> = tools
        .iter()
        .filter_map(|line| line.split("==").next())
        .collect();
    assert!(names.contains(&"ministack"), "{names:?}");
    assert!(!names.contains(&"moto"), "{names:?}");
}

/// Builds use exactly the versions in Cargo.lock.
#[test]
fn every_cargo_command_of_the_makefile_is_locked() {
    let makefile = std::fs::read_to_string(workspace().join("Makefile")).expect("Makefile");
    let builds = ["build", "run", "test", "clippy"];
    let is_build = |line: &&str| {
        let mut words = line.split_whitespace();
        let cargo = words.find(|word| ["cargo", "$(CARGO_LAMBDA)"].contains(word));
        cargo.is_some() && words.next().is_some_and(|word| builds.contains(&word))
    };
    let commands = makefile.lines().filter(|line| line.starts_with('\t'));
    let recipes: Vec<&str> = commands.filter(is_build).collect();
    assert!(recipes.len() >= 10, "{recipes:#?}");
    for recipe in recipes {
        assert!(recipe.contains(" --locked"), "{recipe}");
    }
}

/// A tag can be moved; a hash cannot.
#[test]
fn workflows_name_images_and_actions_by_hash() {
    let files = [
        ".github/workflows/ci.yml",
        ".github/workflows/release.yml",
        ".devcontainer/devcontainer.json",
    ];
    let read = |file| std::fs::read_to_string(workspace().join(file)).expect(file);
    let mut pinned = 0;
    for line in files.map(read).concat().lines().map(str::trim) {
        let line = line.replace(['"', ','], "");
        let line = line.trim_start_matches("- ");
        let (key, value) = line.split_once(": ").unwrap_or((line, ""));
        let length = match key {
            "uses" => 40,
            "container" | "image" => 64,
            _ => continue,
        };
        let reference = value.split(' ').next().unwrap_or_default();
        let hash = reference.rsplit(['@', ':']).next().unwrap_or_default();
        let is_hash = hash.len() == length && hash.chars().all(|digit| digit.is_ascii_hexdigit());
        assert!(is_hash, "{line}");
        pinned += 1;
    }
    assert!(pinned >= 15, "{pinned}");
}
