//! What a test needs beside the emulator.

use std::io::Write;

/// Whether the programs are installed. If not, says so where the test runner
/// does not capture it, or panics if `REQUIRE_ALL_TESTS` is set.
pub fn has(test: &str, programs: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let there =
        |program: &&&str| std::env::split_paths(&path).any(|dir| dir.join(program).exists());
    let missing: Vec<_> = programs.iter().filter(|program| !there(program)).collect();
    if missing.is_empty() {
        return true;
    }
    let message = format!("NOT RUN: {test}: {missing:?} not installed");
    assert!(std::env::var_os("REQUIRE_ALL_TESTS").is_none(), "{message}");
    let _ = writeln!(std::io::stderr(), "{message}");
    false
}
