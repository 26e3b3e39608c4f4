//! Imports run one way: no two files of a crate need each other, not even by
//! way of others.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use e2e::workspace;

type Modules = BTreeMap<String, PathBuf>;

/// The files of a crate by the paths of their modules: `oauth::token`.
fn modules(folder: &Path, path: &str, found: &mut Modules) {
    for entry in std::fs::read_dir(folder).expect("sources") {
        let file = entry.expect("an entry").path();
        let name = file.file_stem().expect("a name").to_string_lossy();
        let below = match (path, &*name) {
            (path, "mod" | "lib" | "main") => path.to_owned(),
            ("", name) => name.to_owned(),
            (path, name) => format!("{path}::{name}"),
        };
        if file.is_dir() {
            modules(&file, &below, found);
        } else if file.extension().is_some_and(|it| it == "rs") && !below.ends_with("tests") {
            found.insert(below, file);
        }
    }
}

/// The paths that a file names after `crate::` or `super::`, tests left out.
fn named(module: &str, file: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(file).expect("a source");
    let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or("");
    let parent = module.rsplit_once("::").map_or("", |(parent, _)| parent);
    let parent = if file.ends_with("mod.rs") { "" } else { parent };
    let mut paths = Vec::new();
    for (keyword, base) in [("crate::", ""), ("super::", parent)] {
        for rest in text.split(keyword).skip(1) {
            let word = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == ':';
            let path: String = rest.chars().take_while(|c| word(*c)).collect();
            // `super::{a, b}` names both.
            let group = rest
                .strip_prefix('{')
                .and_then(|rest| rest.split('}').next());
            let names = group.map_or(vec![path], |names| {
                names
                    .split(',')
                    .map(|name| name.trim().to_owned())
                    .collect()
            });
            paths.extend(names.into_iter().map(|name| match base {
                "" => name,
                base => format!("{base}::{name}"),
            }));
        }
    }
    paths
}

/// Which module each file needs.
fn needs(found: &Modules) -> BTreeMap<&str, BTreeSet<&str>> {
    let mut needs = BTreeMap::new();
    for (module, file) in found {
        let mut needed = BTreeSet::new();
        for path in named(module, file) {
            let mut path = path.trim_matches(':');
            while !path.is_empty() && !found.contains_key(path) {
                path = path.rsplit_once("::").map_or("", |(above, _)| above);
            }
            // A folder's own file lists what is in it.
            let lists = |a: &str, b: &str| b.starts_with(&format!("{a}::"));
            if let Some((known, _)) = found.get_key_value(path)
                && known != module
                && !lists(known, module)
                && !lists(module, known)
                && !path.is_empty()
            {
                needed.insert(known.as_str());
            }
        }
        needs.insert(module.as_str(), needed);
    }
    needs
}

/// Whether `to` is needed by `from`, directly or by way of others.
fn reaches(needs: &BTreeMap<&str, BTreeSet<&str>>, from: &str, to: &str) -> bool {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(module) = open.pop() {
        for next in &needs[module] {
            if *next == to {
                return true;
            }
            if seen.insert(*next) {
                open.push(next);
            }
        }
    }
    false
}

#[test]
fn no_file_needs_one_that_needs_it() {
    let mut files = 0;
    for entry in std::fs::read_dir(workspace().join("crates")).expect("crates") {
        let folder = entry.expect("an entry").path().join("src");
        let mut found = Modules::new();
        modules(&folder, "", &mut found);
        let needs = needs(&found);
        let circles: Vec<_> = needs.keys().filter(|it| reaches(&needs, it, it)).collect();
        assert!(circles.is_empty(), "in {}: {circles:?}", folder.display());
        files += found.len();
    }
    assert!(files > 100, "only {files} files were read");
}
