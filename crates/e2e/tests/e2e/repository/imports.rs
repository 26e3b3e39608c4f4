//! Imports run one way: no two files of a crate need each other, and no two
//! folders do, not even by way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use e2e::workspace;

/// The files of a crate by the paths of their modules, for example
/// `oauth::token`; the root, and a folder's own file, have the folder's path.
type Modules = BTreeMap<String, Module>;

/// Which modules each module needs.
type Graph = BTreeMap<String, BTreeSet<String>>;

/// What a file says of imports.
struct Module {
    /// The code without comments, tests, declarations and re-exports.
    code: String,
    /// What it re-exports: the name, and the path behind it.
    exports: BTreeMap<String, String>,
}

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
        } else if file.extension().is_some_and(|it| it == "rs") {
            let text = std::fs::read_to_string(&file).expect("a source");
            found.insert(own.clone(), module(&text, &own));
        }
    }
}

fn module(text: &str, path: &str) -> Module {
    let lines = text.lines().filter(|line| !line.trim().starts_with("//"));
    let text = lines.collect::<Vec<_>>().join("\n");
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    let (mut code, mut exports) = (String::new(), BTreeMap::new());
    for statement in text.split_inclusive(';') {
        let trimmed = statement.trim();
        let exported = ["pub use ", "pub(crate) use ", "pub(super) use "]
            .iter()
            .find_map(|start| trimmed.strip_prefix(start));
        match exported {
            Some(tree) => {
                exports.extend(expand(tree.trim_end_matches(';')).into_iter().map(|it| {
                    let name = it.rsplit([':', ' ']).next().unwrap_or_default().to_owned();
                    let target = it.split(" as ").next().unwrap_or_default();
                    (name, absolute(target, path))
                }))
            }
            None => code.push_str(statement),
        }
    }
    Module { code, exports }
}

/// Every path of a `use` tree: `a::{b, c::{d}}` is `a::b` and `a::c::d`.
fn expand(tree: &str) -> Vec<String> {
    let tree = tree.trim();
    let Some((prefix, rest)) = tree.split_once('{') else {
        return vec![tree.to_owned()];
    };
    let inner = rest.rsplit_once('}').map_or(rest, |(inner, _)| inner);
    let (mut parts, mut depth) = (vec![String::new()], 0);
    for c in inner.chars() {
        depth += i32::from(c == '{') - i32::from(c == '}');
        match c {
            ',' if depth == 0 => parts.push(String::new()),
            c => parts.last_mut().expect("one part at least").push(c),
        }
    }
    let parts = parts.iter().filter(|part| !part.trim().is_empty());
    parts
        .flat_map(|part| expand(part))
        .map(|part| format!("{prefix}{part}"))
        .collect()
}

/// The module that a module is in; the root is in itself.
fn above(path: &str) -> &str {
    path.rsplit_once("::").map_or("", |(above, _)| above)
}

/// A path from the crate's root: `super::x` in `a::b` is `a::x`.
fn absolute(path: &str, module: &str) -> String {
    let (mut path, mut base) = (path, module);
    if let Some(rest) = path.strip_prefix("crate::") {
        return rest.to_owned();
    }
    while let Some(rest) = path.strip_prefix("super::") {
        base = above(base);
        path = rest;
    }
    let path = path.strip_prefix("self::").unwrap_or(path);
    match base {
        "" => path.to_owned(),
        base => format!("{base}::{path}"),
    }
}

/// The paths that a module names, from the crate's root.
fn named(path: &str, module: &Module, children: &[&str]) -> Vec<String> {
    let is_path = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
    let mut paths = Vec::new();
    let starts = ["crate::", "super::", "self::"].map(str::to_owned);
    let starts = starts
        .into_iter()
        .chain(children.iter().map(|it| format!("{it}::")));
    for start in starts {
        for (at, _) in module.code.match_indices(&start) {
            if module.code[..at].ends_with(is_path) {
                continue;
            }
            let rest = &module.code[at..];
            let end = rest.find(|c| !is_path(c)).unwrap_or(rest.len());
            let tree = match rest[end..].starts_with('{') {
                true => rest.split(';').next().unwrap_or_default(),
                false => &rest[..end],
            };
            paths.extend(expand(tree).iter().map(|it| absolute(it, path)));
        }
    }
    paths
}

/// The module that a path leads to, past re-exports; its own file for a folder.
fn target(modules: &Modules, path: &str) -> String {
    let mut known = path.trim_matches(':');
    while !modules.contains_key(known) {
        known = above(known);
    }
    let rest = path[known.len()..].trim_start_matches(':');
    let name = rest.split([':', ' ']).next().unwrap_or_default();
    match modules[known].exports.get(name) {
        Some(behind) if behind != path => target(modules, behind),
        _ => known.to_owned(),
    }
}

fn graph(modules: &Modules) -> Graph {
    let needs = modules.iter().map(|(path, module)| {
        let children = modules.keys().filter(|it| above(it) == path);
        let children = children.filter_map(|it| it.rsplit("::").next());
        let children: Vec<&str> = children.filter(|it| !it.is_empty()).collect();
        let paths = named(path, module, &children);
        let needed = paths.iter().map(|it| target(modules, it));
        (path.clone(), needed.filter(|it| it != path).collect())
    });
    needs.collect()
}

/// The same with every folder as one; the root stays out, which needs them all.
fn folders(graph: &Graph) -> Graph {
    let folder = |path: &String| path.split("::").next().unwrap_or_default().to_owned();
    let mut needs = Graph::new();
    for (path, needed) in graph.iter().filter(|(path, _)| !path.is_empty()) {
        let others = needed.iter().map(folder);
        let others = others.filter(|it| *it != folder(path) && !it.is_empty());
        needs.entry(folder(path)).or_default().extend(others);
    }
    needs
}

/// The modules that need themselves by way of others.
fn circles(graph: &Graph) -> Vec<&String> {
    let reaches = |from: &String| {
        let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
        while let Some(module) = open.pop() {
            for next in graph.get(module).into_iter().flatten() {
                if next == from {
                    return true;
                }
                if seen.insert(next) {
                    open.push(next);
                }
            }
        }
        false
    };
    graph.keys().filter(|it| reaches(it)).collect()
}

#[test]
fn no_file_and_no_folder_needs_one_that_needs_it() {
    let mut files = 0;
    for entry in std::fs::read_dir(workspace().join("crates")).expect("crates") {
        let folder = entry.expect("an entry").path().join("src");
        let mut modules = Modules::new();
        read_modules(&folder, "", &mut modules);
        let graph = graph(&modules);
        let place = folder.display();
        assert_eq!(circles(&graph), [""; 0], "files in {place}: {graph:#?}");
        let graph = folders(&graph);
        assert_eq!(circles(&graph), [""; 0], "folders in {place}: {graph:#?}");
        files += modules.len();
    }
    assert!(files > 100, "only {files} files were read");
}

#[test]
fn a_circle_is_found_also_through_a_re_export() {
    let source = |path: &str, text: &str| (path.to_owned(), module(text, path));
    let modules = Modules::from([
        source("", "mod a;\nmod b;"),
        source("a", "mod inner;\npub(crate) use self::inner::Name;"),
        source("a::inner", "use crate::b::{Other, c::D};"),
        source("b", "use crate::a::Name; // crate::c"),
    ]);
    let graph = graph(&modules);
    assert_eq!(circles(&graph), ["a::inner", "b"]);
    assert_eq!(circles(&folders(&graph)), ["a", "b"]);
}
