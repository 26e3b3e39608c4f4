//! What is known of the deployment: its state.json, or what was found by its tag.

use std::cell::RefCell;

use common::{Result, State, StateFile};

/// The state of the deployment that is being deleted.
#[derive(Debug)]
pub(crate) enum Record {
    /// state.json, saved at each change.
    File(StateFile),
    /// What was found by the tag, as state.json is lost. Nothing is saved: a
    /// second run finds what is left in the same way.
    Memory(RefCell<State>),
}

impl Record {
    /// A copy of the current state.
    pub(crate) fn get(&self) -> State {
        match self {
            Record::File(file) => file.get(),
            Record::Memory(state) => state.borrow().clone(),
        }
    }

    /// Changes the state; saves it, if there is a file.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn update(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        match self {
            Record::File(file) => file.update(change),
            Record::Memory(state) => {
                change(&mut state.borrow_mut());
                Ok(())
            }
        }
    }

    /// Removes the file, if there is one, and returns its path.
    ///
    /// # Errors
    /// If it exists and cannot be removed.
    pub(crate) fn remove(&self) -> Result<Option<String>> {
        match self {
            Record::File(file) => {
                file.remove()?;
                Ok(Some(file.path().display().to_string()))
            }
            Record::Memory(_) => Ok(None),
        }
    }
}
