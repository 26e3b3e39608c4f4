//! Imports run one way: no two files of a crate need each other, and no two
//! folders do, not even indirectly.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use e2e::workspace;

use super::source::{Source, parent};

/// The files of a crate by the path of their module, for example
/// `oauth::token`. The root's path is empty; `mod.rs` has its folder's path.
type Modules = BTreeMap<String, Source>;

/// Which modules each module needs.
type Graph = BTreeMap<String, BTreeSet<String>>;

fn read_modules(folder: &Path, path: &str, found: &mut Modules) {
    for entry in std::fs::read_dir(folder).expect("sources") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_string_lossy();
        let own = match (path, &*name) {
            (_, "main" | "tests") => continue,
            (path, "mod" | "lib") => path.to_owned(),
            ("", name) => name.to_owned(),
            (path, name) => format!("{path}::{name}"),
        };
        if file.is_dir() {
            read_modules(&file, &own, found);
        } else if file.extension().is_some_and(|extension| extension == "rs") {
            let text = std::fs::read_to_string(&file).expect("a source");
            found.insert(own.clone(), Source::parse(&text, &own));
        }
    }
}

/// The module that a path leads to, through re-exports. A folder's module is
/// its `mod.rs`.
fn target(modules: &Modules, path: &str) -> String {
    let mut module = path;
    while !modules.contains_key(module) {
        module = parent(module);
    }
    let item = path[module.len()..].trim_start_matches(':');
    let name = item.split("::").next().unwrap_or_default();
    match modules[module].exports.get(name) {
        Some(exported) if exported != path => target(modules, exported),
        _ => module.to_owned(),
    }
}

fn graph(modules: &Modules) -> Graph {
    let mut graph = Graph::new();
    for (path, source) in modules {
        let needed = source.paths.iter().map(|named| target(modules, named));
        let others = needed.filter(|module| module != path);
        graph.insert(path.clone(), others.collect());
    }
    graph
}

/// The same graph with each top-level folder as one node. The root is left out:
/// it needs them all.
fn folders(graph: &Graph) -> Graph {
    let folder = |path: &String| path.split("::").next().unwrap_or_default().to_owned();
    let mut needs = Graph::new();
    for (path, needed) in graph.iter().filter(|(path, _)| !path.is_empty()) {
        let own = folder(path);
        let others: Vec<String> = needed
            .iter()
            .map(folder)
            .filter(|other| *other != own && !other.is_empty())
            .collect();
        needs.entry(own).or_default().extend(others);
    }
    needs
}

/// The modules that need themselves, by way of others.
fn circles(graph: &Graph) -> Vec<&String> {
    let reaches_itself = |start: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![start]);
        while let Some(module) = open.pop() {
            for next in graph.get(module).into_iter().flatten() {
                if next == start {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    graph
        .keys()
        .filter(|module| reaches_itself(module))
        .collect()
}

#[test]
fn no_file_and_no_folder_needs_one_that_needs_it() {
    let mut files = 0;
    for entry in std::fs::read_dir(workspace().join("crates")).expect("crates") {
        let folder = entry.expect("an entry").path().join("src");
        let mut modules = Modules::new();
        read_modules(&folder, "", &mut modules);
        let place = folder.display();
        let files_of = graph(&modules);
        assert_eq!(
            circles(&files_of),
            [""; 0],
            "files in {place}: {files_of:#?}"
        );
        let folders_of = folders(&files_of);
        assert_eq!(
            circles(&folders_of),
            [""; 0],
            "folders in {place}: {folders_of:#?}"
        );
        files += modules.len();
    }
    assert!(files > 100, "only {files} files were read");
}

fn modules(sources: &[(&str, &str)]) -> Modules {
    let parsed = sources
        .iter()
        .map(|(path, text)| ((*path).to_owned(), Source::parse(text, path)));
    parsed.collect()
}

#[test]
fn a_circle_is_found_through_a_re_export_and_between_folders() {
    let modules = modules(&[
        ("", "mod a;\nmod b;"),
        ("a", "mod inner;\npub(crate) use self::inner::Name;"),
        ("a::inner", "use crate::b::{Other, c::D};"),
        ("b", "use crate::a::Name; // crate::c"),
    ]);
    let graph = graph(&modules);
    assert_eq!(circles(&graph), ["a::inner", "b"]);
    assert_eq!(circles(&folders(&graph)), ["a", "b"]);
}

/// Each of these is the only way in which `a` needs `b`.
#[test]
fn a_circle_is_found_wherever_a_path_stands() {
    for text in [
        "use crate::b;",
        "use crate::b as other;",
        "use crate::{b::{self, X}};",
        "use super::b::*;",
        "fn f(x: crate::b::X) {}",
        "fn f() { let x = vec![super::b::X { y: \"}\" }]; }",
        "join_all!(crate::b::run());",
        "mod inner { use super::super::b::X; }",
        "impl Trait for super::b::X {}",
        "fn f() { use crate::b::X; }",
    ] {
        let modules = modules(&[
            ("", "mod a;\nmod b;"),
            ("a", text),
            ("b", "use crate::a::Y;"),
        ]);
        assert_eq!(circles(&graph(&modules)), ["a", "b"], "{text}");
    }
}

#[test]
fn what_only_looks_like_a_path_or_is_a_test_counts_for_nothing() {
    for text in [
        "// use crate::b::X;",
        "/* crate::b */ /// crate::b\nfn f() {}",
        "const TEXT: &str = \"use crate::b::X;\";",
        "fn f() { other::crate_b::x(); }",
        "#[cfg(test)]\nmod tests { use crate::b::X; }",
        "#[cfg(test)]\nuse crate::b::X;",
    ] {
        let modules = modules(&[
            ("", "mod a;\nmod b;"),
            ("a", text),
            ("b", "use crate::a::Y;"),
        ]);
        assert_eq!(circles(&graph(&modules)), [""; 0], "{text}");
    }
}
