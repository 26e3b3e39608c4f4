//! The report as a file.

use std::io::Write;
use std::path::Path;

use common::{Failure, Result};

/// Marks every report and file of verdicts, so that no other file is overwritten.
pub(crate) const GENERATOR: &str = "tokens: report of a login";

/// Writes a report atomically, for this user only (mode 0600).
///
/// # Errors
/// Exit code 2 if the file exists and is not a report, unless `force`; 1 if it
/// cannot be written.
pub(crate) fn write(path: &Path, html: &str, force: bool) -> Result<()> {
    check(path, force)?;
    let parent = path.parent().unwrap_or(Path::new(""));
    let folder = if parent.as_os_str().is_empty() {
        Path::new(".")
    } else {
        parent
    };
    // A temporary file has mode 0600, and replaces the previous one atomically.
    let written = tempfile::NamedTempFile::new_in(folder).and_then(|mut file| {
        file.write_all(html.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|error| {
        Failure::failed(format!(
            "Cannot write the report {}: {error}",
            path.display()
        ))
        .with_hint("name a file in a folder that you can write to")
    })
}

/// Checks that a report may be written to `path`.
///
/// # Errors
/// Exit code 2 if something else exists there, unless `force`.
pub(crate) fn check(path: &Path, force: bool) -> Result<()> {
    let is_report = match std::fs::read(path) {
        Ok(there) => String::from_utf8_lossy(&there).contains(GENERATOR),
        Err(error) => error.kind() == std::io::ErrorKind::NotFound,
    };
    if is_report || force {
        return Ok(());
    }
    Err(Failure::usage(format!(
        "{} already exists and is not a report",
        path.display()
    ))
    .with_hint("name another file, or overwrite this one with --force"))
}
