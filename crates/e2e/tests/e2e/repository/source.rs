//! The paths that a Rust source names and re-exports, from its tokens.
//!
//! Tokens, not a syntax tree: paths inside macro calls count too, and
//! `proc-macro2` is what the programs' own macros are built with already.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// What a module names. Paths are from the crate's root, without `crate::`.
#[derive(Default)]
pub(crate) struct Source {
    /// The paths within the crate that it needs, without those of its tests.
    pub(crate) paths: Vec<String>,
    /// What it re-exports: the name, and the path of the item behind it.
    pub(crate) exports: BTreeMap<String, String>,
}

impl Source {
    /// Parses the text of the module `path`.
    ///
    /// # Panics
    /// If the text is not Rust.
    pub(crate) fn parse(text: &str, path: &str) -> Source {
        let tokens: TokenStream = text.parse().expect("Rust");
        let mut source = Source::default();
        source.read(tokens, path);
        source
    }

    fn read(&mut self, stream: TokenStream, module: &str) {
        let tokens: Vec<TokenTree> = stream.into_iter().collect();
        let children = declared_modules(&tokens);
        let mut rest = &tokens[..];
        while let Some(token) = rest.first() {
            rest = if is_cfg_test(rest) {
                after_item(rest)
            } else if is_word(token, "use") {
                let before = &tokens[..tokens.len() - rest.len()];
                self.read_use(&rest[1..], is_public(before), module, &children)
            } else if is_word(token, "mod")
                && let [_, TokenTree::Ident(name), TokenTree::Group(body), ..] = rest
            {
                self.read(body.stream(), &join(module, &name.to_string()));
                &rest[3..]
            } else if let TokenTree::Group(group) = token {
                self.read(group.stream(), module);
                &rest[1..]
            } else {
                let (path, after) = leading_path(rest);
                self.paths.extend(absolute(&path, module, &children));
                after
            };
        }
    }

    /// Reads what follows `use`; returns what follows its semicolon.
    fn read_use<'a>(
        &mut self,
        tokens: &'a [TokenTree],
        public: bool,
        module: &str,
        children: &BTreeSet<String>,
    ) -> &'a [TokenTree] {
        let length = tokens.iter().position(|token| is_punctuation(token, ';'));
        let (tree, rest) = tokens.split_at(length.expect("a semicolon"));
        for (path, name) in use_tree(tree, "") {
            let Some(path) = absolute(&path, module, children) else {
                continue;
            };
            if public {
                self.exports.insert(name, path);
            } else {
                self.paths.push(path);
            }
        }
        rest
    }
}

/// Every path of a `use` tree, and the name that it gets.
fn use_tree(tree: &[TokenTree], prefix: &str) -> Vec<(String, String)> {
    let (path, rest) = leading_path(tree);
    let path = join(prefix, &path);
    if let Some(TokenTree::Group(group)) = rest.first() {
        let inner: Vec<TokenTree> = group.stream().into_iter().collect();
        let branches = inner
            .split(|token| is_punctuation(token, ','))
            .filter(|branch| !branch.is_empty());
        return branches
            .flat_map(|branch| use_tree(branch, &path))
            .collect();
    }
    // In `a::{self}`, `self` is `a`.
    let path = match path.strip_suffix("::self") {
        Some(path) => path.to_owned(),
        None => path,
    };
    let name = match rest {
        [TokenTree::Ident(_), TokenTree::Ident(alias)] => alias.to_string(),
        _ => path.rsplit("::").next().unwrap_or_default().to_owned(),
    };
    vec![(path, name)]
}

/// The path at the start of the tokens, `a::b::c` or `a::*`, and the tokens after
/// it and its last `::`. If there is no path, skips one token.
fn leading_path(tokens: &[TokenTree]) -> (String, &[TokenTree]) {
    let mut path = String::new();
    let mut rest = tokens;
    while let [TokenTree::Ident(name), after @ ..] = rest {
        path = join(&path, &name.to_string());
        match after {
            [colon, second, next @ ..]
                if is_punctuation(colon, ':') && is_punctuation(second, ':') =>
            {
                rest = next;
                if rest.first().is_some_and(|token| is_punctuation(token, '*')) {
                    return (join(&path, "*"), &rest[1..]);
                }
            }
            _ => return (path, after),
        }
    }
    let skipped = usize::from(path.is_empty() && !rest.is_empty());
    (path, &rest[skipped..])
}

/// The path from the crate's root: in `a::b`, `super::x` is `a::x`. `None` for a
/// path into another crate, and for a name without a path.
fn absolute(path: &str, module: &str, children: &BTreeSet<String>) -> Option<String> {
    let (first, mut rest) = path.split_once("::")?;
    let mut base = match first {
        "crate" => "",
        "self" => module,
        "super" => parent(module),
        child if children.contains(child) => return Some(join(module, path)),
        _ => return None,
    };
    while let Some(after) = rest.strip_prefix("super::") {
        base = parent(base);
        rest = after;
    }
    Some(join(base, rest))
}

/// The module that contains a module; the root contains itself.
pub(crate) fn parent(path: &str) -> &str {
    path.rsplit_once("::").map_or("", |(parent, _)| parent)
}

fn join(base: &str, path: &str) -> String {
    match (base, path) {
        ("", path) => path.to_owned(),
        (base, "") => base.to_owned(),
        (base, path) => format!("{base}::{path}"),
    }
}

/// The names in `mod name;`.
fn declared_modules(tokens: &[TokenTree]) -> BTreeSet<String> {
    let declarations = tokens.windows(3).filter_map(|window| match window {
        [keyword, TokenTree::Ident(name), end]
            if is_word(keyword, "mod") && is_punctuation(end, ';') =>
        {
            Some(name.to_string())
        }
        _ => None,
    });
    declarations.collect()
}

/// Whether the tokens end with `pub` or `pub(...)`.
fn is_public(before: &[TokenTree]) -> bool {
    match before {
        [.., word] if is_word(word, "pub") => true,
        [.., word, TokenTree::Group(_)] => is_word(word, "pub"),
        _ => false,
    }
}

/// Whether the tokens start with `#[cfg(test)]`.
fn is_cfg_test(tokens: &[TokenTree]) -> bool {
    match tokens {
        [hash, TokenTree::Group(attribute), ..] => {
            is_punctuation(hash, '#') && attribute.to_string().replace(' ', "") == "[cfg(test)]"
        }
        _ => false,
    }
}

/// The tokens after the first item, which ends with a semicolon or a block.
fn after_item(tokens: &[TokenTree]) -> &[TokenTree] {
    let is_end = |token: &TokenTree| match token {
        TokenTree::Group(group) => group.delimiter() == Delimiter::Brace,
        token => is_punctuation(token, ';'),
    };
    let end = tokens.iter().position(is_end).expect("the item's end");
    &tokens[end + 1..]
}

fn is_word(token: &TokenTree, word: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == word)
}

fn is_punctuation(token: &TokenTree, character: char) -> bool {
    matches!(token, TokenTree::Punct(punct) if punct.as_char() == character)
}
