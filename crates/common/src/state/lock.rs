//! An OS file lock next to `state.json`: one program at a time may use it.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use crate::failure::{Failure, Result};
use crate::file::open_regular;

/// A held lock. The operating system releases it when its holder ends, however
/// that happens; a holder that ends normally also removes the file.
#[derive(Debug)]
pub(super) struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    /// Locks the state file at `path`, by locking the file `{path}.lock`.
    ///
    /// # Errors
    /// Exit code 2 if another program holds the lock (the message names it), or
    /// the folder is not writable.
    pub(super) fn acquire(path: &Path) -> Result<Lock> {
        let lock_path = sibling(path, "lock");
        loop {
            let file = open(&lock_path).map_err(|error| unwritable(&lock_path, &error))?;
            if let Some(lock) = Lock::of(file, path, &lock_path)? {
                return Ok(lock);
            }
        }
    }

    /// Like [`acquire`](Lock::acquire), but `None` if the folder cannot be written.
    ///
    /// # Errors
    /// Exit code 2 if another program holds the lock.
    pub(super) fn acquire_where_writable(path: &Path) -> Result<Option<Lock>> {
        match open(&sibling(path, "lock")) {
            Err(error) if is_about_permission(&error) => Ok(None),
            _ => Lock::acquire(path).map(Some),
        }
    }

    /// Locks the open file; `None` if it has to be opened anew.
    fn of(mut file: File, path: &Path, lock_path: &Path) -> Result<Option<Lock>> {
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(held(path, &mut file)),
            Err(TryLockError::Error(error)) => return Err(unwritable(lock_path, &error)),
        }
        // The last holder may have removed the file between open and lock.
        if !is_the_file_at(&file, lock_path) {
            return Ok(None);
        }
        write_holder(&mut file).map_err(|error| unwritable(lock_path, &error))?;
        Ok(Some(Lock {
            path: lock_path.to_owned(),
            _file: file,
        }))
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
    }
}

fn open(path: &Path) -> std::io::Result<File> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false);
    options.read(true).write(true).mode(0o600);
    let file = open_regular(path, &mut options)?;
    // The name of the holder is written into it.
    if file.metadata()?.nlink() > 1 {
        return Err(std::io::Error::other(
            "it is another file too (a hard link)",
        ));
    }
    Ok(file)
}

fn is_about_permission(error: &std::io::Error) -> bool {
    use std::io::ErrorKind::{PermissionDenied, ReadOnlyFilesystem};
    matches!(error.kind(), PermissionDenied | ReadOnlyFilesystem)
}

fn unwritable(path: &Path, error: &std::io::Error) -> Failure {
    Failure::usage(format!("Cannot write {}: {error}", path.display())).with_hint(
        "what is created must be recorded: run in a folder that can be written, or give --state PATH",
    )
}

fn is_the_file_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), path.symlink_metadata()) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}

/// Appends `.{ending}` to `path`: `state.json` becomes `state.json.lock`.
pub(crate) fn sibling(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(ending);
    PathBuf::from(name)
}

fn held(path: &Path, file: &mut File) -> Failure {
    let mut text = String::new();
    let _ = file.read_to_string(&mut text);
    let holder = match text.trim() {
        "" => "another program",
        holder => holder,
    };
    Failure::usage(format!("{} is in use by {holder}", path.display()))
        .with_hint("wait until it ends, or stop it with Ctrl-C, then run this again")
}

fn write_holder(file: &mut File) -> std::io::Result<()> {
    let program = PathBuf::from(std::env::args_os().next().unwrap_or_default());
    let name = program.file_name().unwrap_or_default().display();
    file.set_len(0)?;
    file.rewind()?;
    write!(file, "{name} (process {})", std::process::id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_holder_is_told_who_the_first_is_and_may_follow() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("state.json");
        let first = Lock::acquire(&path).unwrap();
        let error = Lock::acquire(&path).unwrap_err();
        let holder = format!("process {}", std::process::id());
        assert!(error.to_string().contains(&holder), "{error}");
        drop(first);
        assert!(!sibling(&path, "lock").exists());
        Lock::acquire(&path).unwrap();
    }
}
