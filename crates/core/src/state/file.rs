//! Writing `state.json`: by one program at a time, whole or not at all.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::lock::{Lock, beside};
use super::model::{State, VERSION};
use super::private::write_private;
use super::under_way;
use crate::failure::{Failure, Result};

/// The one writer of `state.json`: holds the lock, saves each change at once.
#[derive(Debug)]
pub struct StateFile {
    path: PathBuf,
    state: Mutex<State>,
    _lock: Lock,
}

impl StateFile {
    /// Locks and reads the file; without one the state is empty and nothing is
    /// written yet.
    ///
    /// # Errors
    /// If another program holds the lock, and as [`State::load`].
    pub fn open(path: &Path) -> Result<StateFile> {
        let lock = Lock::acquire(path)?;
        let state = State::load(path)?.unwrap_or_default();
        Ok(StateFile {
            path: path.to_owned(),
            state: Mutex::new(state),
            _lock: lock,
        })
    }

    /// Like [`open`](StateFile::open), but `None` without a file. Then nobody
    /// may be about to write one either; a lock that a killed program has left
    /// is removed.
    ///
    /// # Errors
    /// As [`open`](StateFile::open).
    pub fn open_existing(path: &Path) -> Result<Option<StateFile>> {
        if !path.exists() && !beside(path, "lock").exists() {
            return Ok(None);
        }
        let file = StateFile::open(path)?;
        Ok(path.exists().then_some(file))
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// A copy of the state as it is now.
    pub fn get(&self) -> State {
        self.lock().clone()
    }

    /// Changes the state and saves it, so that a crash right after loses nothing.
    ///
    /// # Errors
    /// If the file cannot be written: the one before stays as it was, and so
    /// does the state in memory keep the change, to be saved with the next.
    pub fn update(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let mut state = self.lock();
        change(&mut state);
        save(&self.path, &state).map_err(|error| {
            Failure::failed(format!("Cannot save {}: {error}", self.path.display())).with_hint(
                "make room or make the folder writable, then run this again: what is missing in the file is found by its tag",
            )
        })
    }

    /// Notes that a call that makes something begins: from here on state.json is
    /// not known to list everything.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): then the call must not be made.
    pub fn begin_call(&self, operation: &str) -> Result<()> {
        self.update(|state| {
            state.complete = None;
            state.state_version = state.state_version.map(|_| VERSION);
            state.under_way.begin(operation);
        })
    }

    /// Notes that a call that is noted begins anew: it is sent once more.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): then the call must not be sent.
    pub fn repeat_call(&self, operation: &str) -> Result<()> {
        match self.get().under_way.has(operation) {
            true => self.begin_call(operation),
            false => Ok(()),
        }
    }

    /// Records what a call has made, in place of the note that it was under way.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): the note is still on disk.
    pub fn record_made(&self, operation: &str, record: impl FnOnce(&mut State)) -> Result<()> {
        self.update(|state| {
            record(state);
            state.under_way.end(operation);
            state.last_created_at = Some(under_way::now());
        })
    }

    /// Takes the note out: the call had no effect.
    ///
    /// # Errors
    /// As [`update`](StateFile::update): the note is still on disk.
    pub fn forget_call(&self, operation: &str) -> Result<()> {
        self.update(|state| state.under_way.end(operation))
    }

    /// Removes the file: nothing is left to record.
    ///
    /// # Errors
    /// If the file is there and cannot be removed.
    pub fn remove(&self) -> Result<()> {
        let _ = std::fs::remove_file(beside(&self.path, "new"));
        match std::fs::remove_file(&self.path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Failure::failed(
                format!("Cannot remove {}: {error}", self.path.display()),
            )),
            _ => Ok(()),
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes a new file beside the old one and renames it over: a reader, or a
/// crash, sees either the old or the new. A crash may leave the new one: the
/// next save writes it again.
fn save(path: &Path, state: &State) -> std::io::Result<()> {
    let new = beside(path, "new");
    write_private(&new, &state.to_json()?)?;
    std::fs::rename(&new, path)?;
    let dir = match path.parent() {
        Some(dir) if !dir.as_os_str().is_empty() => dir,
        _ => Path::new("."),
    };
    File::open(dir)?.sync_all()
}
