//! A person who opens in a browser what a program asks to be opened.

use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// A program for `BROWSER`, which appends the addresses it is given to a file.
/// Returns both paths.
pub(crate) fn note_addresses(dir: &Path) -> (PathBuf, PathBuf) {
    let (program, addresses) = (dir.join("note-address"), dir.join("addresses"));
    let script = format!("#!/bin/sh\necho \"$1\" >> '{}'\n", addresses.display());
    std::fs::write(&program, script).expect("written");
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(&program, executable).expect("executable");
    (program, addresses)
}

/// The addresses noted so far.
pub(crate) fn addresses_in(file: &Path) -> Vec<String> {
    let noted = std::fs::read_to_string(file).unwrap_or_default();
    noted.lines().map(str::to_owned).collect()
}
