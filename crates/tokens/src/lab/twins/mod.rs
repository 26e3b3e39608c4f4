//! Careless twins: a small API, client and token endpoint that run the real
//! checks but one. An experiment attacks the twin first, and there the attack succeeds:
//! that shows what the check is for, and that the attack is a real one.
//!
//! Only the lab can name this module. A twin listens on 127.0.0.1, at a port of
//! the system's choice, and only while an experiment waits for its answer.

pub(super) mod api;
pub(super) mod callback;
pub(super) mod client;
pub(super) mod code;
mod header_key;
pub(super) mod serve;
pub(super) mod token_endpoint;

/// What became of an attack on a twin.
#[derive(Clone, Debug)]
pub(crate) struct Twin {
    /// What it is: an API, a client, a listener or a sign-in server.
    pub who: &'static str,
    /// The one check that it leaves out.
    pub left_out: &'static str,
    pub succeeded: bool,
    /// What the attacker got.
    pub got: String,
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// Every source file below `folder`, and its text.
    fn sources(folder: &Path) -> Vec<(String, String)> {
        let entries = std::fs::read_dir(folder).expect("a folder");
        let paths = entries.map(|entry| entry.expect("an entry").path());
        let found = paths.flat_map(|path| {
            if path.is_dir() {
                return sources(&path);
            }
            let text = std::fs::read_to_string(&path).expect("text");
            vec![(path.display().to_string(), text)]
        });
        found.collect()
    }

    #[test]
    fn the_real_login_cannot_reach_a_twin() {
        let sources = sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"));
        let (lab, login): (Vec<_>, Vec<_>) = sources
            .into_iter()
            .partition(|(path, _)| path.contains("/src/lab/"));
        assert!(login.iter().any(|(path, _)| path.ends_with("/login.rs")));
        for (path, text) in &login {
            assert!(!text.contains("lab::twins"), "{path} names the twins");
            assert!(!text.contains("twins::"), "{path} names the twins");
        }
        // Private: no other module could name it.
        let is_mod = |path: &&(String, String)| path.0.ends_with("/lab/mod.rs");
        let (_, text) = lab.iter().find(is_mod).expect("lab/mod.rs");
        assert!(text.contains("\nmod twins;\n"), "the twins are not private");
    }
}
