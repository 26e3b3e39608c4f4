//! The report as a file.

use std::fs;
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use common::{Failure, Result};

use crate::args::ReportArgs;

/// Marks every report and file of verdicts, so that no other file is overwritten.
pub(crate) const GENERATOR: &str = "tokens: report of a login";

/// Where a report's mark is: in its head, after the style sheet at the latest.
const HEAD_BYTES: u64 = 64 * 1024;

/// Writes the page to the file of `--report`, if there is one.
///
/// # Errors
/// As [`write`].
pub(crate) fn write_wanted(wanted: &ReportArgs, html: &str) -> Result<()> {
    match &wanted.report {
        Some(path) => write(path, html, wanted.force),
        None => Ok(()),
    }
}

/// Checks the file of `--report`, if there is one.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_wanted(wanted: &ReportArgs) -> Result<()> {
    match &wanted.report {
        Some(path) => check(path, wanted.force),
        None => Ok(()),
    }
}

/// Writes a report atomically, for this user only (mode 0600).
///
/// # Errors
/// As [`check`]; exit code 1 if it cannot be written all the same.
pub(crate) fn write(path: &Path, html: &str, force: bool) -> Result<()> {
    check(path, force)?;
    // A temporary file has mode 0600, and replaces the previous one atomically.
    let written = tempfile::NamedTempFile::new_in(folder_of(path)).and_then(|mut file| {
        file.write_all(html.as_bytes())?;
        file.as_file().sync_all()?;
        Ok(file.persist(path)?)
    });
    written.map(drop).map_err(|error| {
        let path = path.display();
        Failure::failed(format!("Cannot write the report {path}: {error}"))
            .with_hint("name a file in a folder that you can write to")
    })
}

/// Checks that a report can be written to `path`, as far as that can be known
/// before: nothing else is there, and its folder takes a file.
///
/// # Errors
/// Exit code 2, with the reason. With `force`, any regular file may be there.
pub(crate) fn check(path: &Path, force: bool) -> Result<()> {
    let shown = path.display();
    match fs::metadata(path) {
        Ok(there) if there.is_dir() => {
            return Err(Failure::usage(format!("{shown} is a folder"))
                .with_hint("name a file in it, for example login.html"));
        }
        // Reading a pipe or a device might never end.
        Ok(there) if !there.is_file() => {
            return Err(Failure::usage(format!("{shown} is not a regular file"))
                .with_hint("name a file that does not exist yet"));
        }
        Ok(_) if !force => ensure_report(path)?,
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(unusable(path, &error)),
    }
    // Only an attempt shows whether a folder can be written to.
    let attempt = tempfile::NamedTempFile::new_in(folder_of(path));
    attempt.map(drop).map_err(|error| unusable(path, &error))
}

fn ensure_report(path: &Path) -> Result<()> {
    let mut head = Vec::new();
    let file = fs::File::open(path);
    file.and_then(|file| file.take(HEAD_BYTES).read_to_end(&mut head))
        .map_err(|error| unusable(path, &error))?;
    if String::from_utf8_lossy(&head).contains(GENERATOR) {
        return Ok(());
    }
    let path = path.display();
    Err(
        Failure::usage(format!("{path} already exists and is not a report"))
            .with_hint("name another file, or overwrite this one with --force"),
    )
}

/// The folder that the file is in.
fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let folder = folder_of(path);
    let (path, shown) = (path.display(), folder.display());
    let why = match error.kind() {
        ErrorKind::NotFound if !folder.exists() => format!("there is no folder {shown}"),
        _ => error.to_string(),
    };
    Failure::usage(format!("The report cannot be written to {path}: {why}"))
        .with_hint("name a file in a folder that you can write to")
}

#[cfg(test)]
mod tests {
    use std::process::Command;

    use super::*;

    #[test]
    fn what_is_in_the_way_is_said_before_the_sign_in() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        fs::create_dir(path("folder")).unwrap();
        fs::write(path("letter"), "Dear Ada").unwrap();
        let report = format!("<html>{GENERATOR}</html>");
        fs::write(path("report"), report).unwrap();
        let made = Command::new("mkfifo").arg(path("pipe")).status();
        assert!(made.unwrap().success());
        for (name, force, said) in [
            ("new", false, None),
            ("report", false, None),
            ("letter", true, None),
            ("letter", false, Some("already exists and is not a report")),
            ("folder", false, Some("is a folder")),
            ("folder", true, Some("is a folder")),
            ("pipe", false, Some("is not a regular file")),
            ("pipe", true, Some("is not a regular file")),
            ("none/report", false, Some("there is no folder ")),
            ("letter/report", false, Some("Not a directory")),
        ] {
            let checked = check(&path(name), force).map_err(|failure| failure.to_string());
            match said {
                None => assert_eq!(checked, Ok(()), "{name}"),
                Some(said) => {
                    let why = checked.unwrap_err();
                    assert!(why.contains(said), "{name}: {why}");
                }
            }
        }
        let names: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(names.len(), 4, "no attempt leaves a file");
    }
}
