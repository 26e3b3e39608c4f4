//! The Python packages: exact versions with hashes, and nothing that says where
//! they come from.

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
    for (name, text) in files("in") {
        let installed: Vec<String> = requirements(&compiled[&name])
            .iter()
            .map(|line| pin(line))
            .collect();
        for wanted in requirements(&text) {
            let wanted = pin(&wanted);
            assert!(installed.contains(&wanted), "{name}.txt lacks {wanted}");
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
