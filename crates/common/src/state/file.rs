//! Writing `state.json`: one program at a time, and atomically.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lock::{Lock, sibling};
use super::model::{State, VERSION, cannot_read};
use super::under_way;
use crate::failure::{Failure, Result};
use crate::file::{follow, write_private};

/// What a program is going to do with `state.json`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Read and change it.
    ReadWrite,
    /// Only read it, as for `--dry-run`: the folder need not be writable.
    ReadOnly,
}

impl Access {
    /// Of a program that was started with `--dry-run`, or without.
    pub fn of(dry_run: bool) -> Access {
        if dry_run {
            Access::ReadOnly
        } else {
            Access::ReadWrite
        }
    }
}

/// The only writer of `state.json`: holds the lock, saves each change at once.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    /// Where the file is, if `path` is a link to it.
    target: PathBuf,
    state: Mutex<State>,
    /// `None` if the file is only read, in a folder that cannot be written.
    lock: Option<Lock>,
}

impl StateFile {
    /// Locks and reads the file. If there is none, the state is empty, and
    /// nothing is written before the first change.
    ///
    /// # Errors
    /// If another program holds the lock, the folder cannot be written though
    /// it has to be, or as for [`State::load`].
    pub fn open(path: &Path, access: Access) -> Result<StateFile> {
        let target = follow(path).map_err(|error| cannot_read(path, &error))?;
        let lock = match access {
            Access::ReadWrite => Some(Lock::acquire(&target)?),
            Access::ReadOnly => Lock::acquire_where_writable(&target)?,
        };
        let state = State::load(path)?.unwrap_or_default();
        Ok(StateFile {
            path: path.to_owned(),
            target,
            state: Mutex::new(state),
            lock,
        })
    }

    /// Like [`open`](StateFile::open), but `None` if there is no file. A lock
    /// file alone is an error while its holder runs, as the holder may be about
    /// to write the file; the lock file of a killed program is removed.
    ///
    /// # Errors
    /// As [`open`](StateFile::open).
    pub fn open_existing(path: &Path, access: Access) -> Result<Option<StateFile>> {
        let target = follow(path).map_err(|error| cannot_read(path, &error))?;
        if !target.exists() && !sibling(&target, "lock").exists() {
            return Ok(None);
        }
        let file = StateFile::open(path, access)?;
        Ok(target.exists().then_some(file))
    }

    /// The file's path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A copy of the current state.
    pub fn get(&self) -> State {
        self.state().clone()
    }

    /// Changes the state and saves it, so that a crash right after loses nothing.
    ///
    /// # Errors
    /// If the file cannot be written. The old file stays as it was; the state
    /// in memory keeps the change, which is saved with the next one.
    pub fn update(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let mut state = self.state();
        change(&mut state);
        let saved = match self.lock {
            Some(_) => save(&self.target, &state),
            None => Err(std::io::ErrorKind::PermissionDenied.into()),
        };
        saved.map_err(|error| {
            Failure::failed(format!("Cannot save {}: {error}", self.path.display())).with_hint(
                "make room or make the folder writable, then run this again: what is missing in the file is found by its tag",
            )
        })
    }

    /// Records that a call that creates something begins. From now on,
    /// state.json is not known to list everything. If the same call is under way
    /// already, its answer was lost, and there may be two of what it makes.
    ///
    /// # Errors
    /// As [`update`](StateFile::update); the call must not be made then.
    pub fn begin_call(&self, operation: &str) -> Result<()> {
        self.update(|state| {
            if let Some(since) = state.under_way.since(operation) {
                state.lost_calls.keep(operation, since);
            }
            begin(state, operation);
        })
    }

    /// Renews the start time of the calls of this operation that are under way: one of
    /// them is sent again.
    ///
    /// # Errors
    /// As [`update`](StateFile::update); the call must not be sent then.
    pub fn repeat_call(&self, operation: &str) -> Result<()> {
        let calls = self.get().under_way.of(operation);
        if calls.is_empty() {
            return Ok(());
        }
        self.update(|state| calls.iter().for_each(|call| begin(state, call)))
    }

    /// Records what a call has created, and that it is no longer under way.
    ///
    /// # Errors
    /// As [`update`](StateFile::update); the call stays under way on disk.
    pub fn record_made(&self, operation: &str, record: impl FnOnce(&mut State)) -> Result<()> {
        self.update(|state| {
            record(state);
            state.under_way.end(operation);
            state.last_created_at = Some(under_way::now());
        })
    }

    /// Removes a call that had no effect from those under way.
    ///
    /// # Errors
    /// As [`update`](StateFile::update); the call stays under way on disk.
    pub fn forget_call(&self, operation: &str) -> Result<()> {
        self.update(|state| state.under_way.end(operation))
    }

    /// Removes the file: nothing is left to record. A link to it stays.
    ///
    /// # Errors
    /// If the file exists and cannot be removed.
    pub fn remove(&self) -> Result<()> {
        let _ = std::fs::remove_file(sibling(&self.target, "new"));
        match std::fs::remove_file(&self.target) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::failed(
                format!("Cannot remove {}: {error}", self.path.display()),
            )),
            _ => Ok(()),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Notes that a call begins, or begins again.
fn begin(state: &mut State, operation: &str) {
    state.complete = None;
    state.state_version = state.state_version.map(|_| VERSION);
    state.under_way.begin(operation);
}

/// Writes a new file next to the old one and renames it over the old one, so
/// that a reader, or a crash, sees either the old or the new state. A crash may
/// leave the new file behind; the next save overwrites it.
fn save(path: &Path, state: &State) -> std::io::Result<()> {
    let new = sibling(path, "new");
    write_private(&new, &state.to_json()?)?;
    std::fs::rename(&new, path)?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    File::open(dir)?.sync_all()
}
