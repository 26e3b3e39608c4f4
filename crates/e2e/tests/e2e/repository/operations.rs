//! `--explain` has a sentence for every call of AWS that the programs make.

use std::collections::BTreeSet;
use std::path::Path;

use e2e::workspace;

/// The text between each `start` and the next quote.
fn quoted(text: &str, start: &str) -> Vec<String> {
    let rest = text.split(start).skip(1);
    let names = rest.filter_map(|rest| rest.split('"').next());
    names.map(str::to_owned).collect()
}

/// The operations that the sources in a folder call.
fn called(folder: &Path) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for entry in std::fs::read_dir(folder).expect("sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            names.extend(called(&path));
        } else {
            let text = std::fs::read_to_string(&path).expect("a source");
            names.extend(quoted(&text, ".named(\""));
        }
    }
    names
}

#[test]
fn every_call_has_a_sentence_and_every_sentence_a_call() {
    let crates = workspace().join("crates");
    let sources = ["aws-client/src", "create/src", "delete/src", "logs/src"];
    let called: BTreeSet<String> = sources
        .iter()
        .flat_map(|folder| called(&crates.join(folder)))
        .collect();
    let path = crates.join("aws-client/src/explain/operations.rs");
    let table = std::fs::read_to_string(path).expect("the sentences");
    let mut explained = quoted(&table, "    Operation::new(\"");
    // A call that makes a resource is explained in the resource's file.
    for entry in std::fs::read_dir(crates.join("create/src")).expect("sources") {
        let path = entry.expect("an entry").path();
        if path.is_file() {
            let file = std::fs::read_to_string(path).expect("a source");
            explained.extend(quoted(
                &file,
                "const CREATE: Operation = Operation::new(\n        \"",
            ));
        }
    }
    let names: BTreeSet<String> = explained.iter().cloned().collect();
    assert_eq!(names, called);
    assert_eq!(explained.len(), names.len(), "one sentence for each");
    assert!(names.len() > 50, "only {} operations", names.len());
}
