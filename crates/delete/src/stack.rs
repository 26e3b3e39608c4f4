//! What every step shares: clients, state.json, the deployment's tag.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use aws_client::account::{self, Account};
use aws_client::find::Found;
use aws_client::{Clients, DeploymentTag};
use common::{Access, Console, Result, Settings, State, StateFile, interrupt};

/// The calls that create resources that are not part of another resource.
const CREATES: [&str; 5] = [
    "CreateApi",
    "CreateFunction",
    "CreateLogGroup",
    "CreateRole",
    "CreateUserPool",
];

/// The stack that is being deleted.
#[derive(Debug)]
pub(crate) struct Stack {
    /// The AWS clients.
    pub aws: Clients,
    /// What still exists, saved at each change.
    pub state: StateFile,
    /// Lines, progress and notes.
    pub console: Arc<Console>,
    /// Distinguishes this deployment's resources from somebody else's; `None`
    /// for a file of the Python scripts, which tagged nothing.
    pub tag: Option<DeploymentTag>,
    settle: Duration,
    /// Whether something that state.json records was not found.
    unseen: AtomicBool,
}

impl Stack {
    /// Locks and reads state.json, and checks that it belongs to this endpoint
    /// and region. `None` without a state.json.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, or belongs elsewhere.
    pub(crate) async fn open(settings: &Settings, access: Access) -> Result<Option<Stack>> {
        let Some(file) = StateFile::open_existing(&settings.state_file, access)? else {
            return Ok(None);
        };
        let state = file.get();
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, state.region.as_deref()).await?;
        account::check_endpoint_and_region(&state, &aws)?;
        Ok(Some(Stack {
            aws,
            state: file,
            console,
            tag: state.deployment_id.as_deref().map(DeploymentTag::new),
            settle: settings.settle,
            unseen: AtomicBool::new(false),
        }))
    }

    /// Checks that the account is the one in state.json.
    ///
    /// # Errors
    /// Exit code 2 if it is another.
    pub(crate) async fn check_account(&self) -> Result<Account> {
        let account = account::current(&self.aws).await?;
        account::check_account(&self.state.get(), &account.id)?;
        Ok(account)
    }

    /// The tag to search by, if state.json may not list everything: an earlier
    /// run lost a response or did not complete.
    pub(crate) fn search(&self) -> Option<&DeploymentTag> {
        match self.state.get().complete {
            Some(true) => None,
            _ => self.tag.as_ref(),
        }
    }

    /// How much longer something of this deployment may still appear: a call
    /// that creates something got no response, or what state.json records was
    /// created a moment ago and is not visible yet. What is in a pool or an API
    /// is deleted with it, even if it is still being created.
    pub(crate) fn unsettled(&self) -> Option<Duration> {
        let state = self.state.get();
        let coming = CREATES.iter();
        let coming = coming.filter_map(|name| state.under_way.left(name, self.settle));
        let unseen = self.unseen.load(Ordering::Relaxed);
        let unseen = unseen.then(|| state.unsettled(self.settle)).flatten();
        coming.chain(unseen).max()
    }

    /// From here on, calls in flight complete after a signal, and state.json is
    /// no longer known to list everything.
    ///
    /// # Errors
    /// If signals cannot be listened for, or state.json cannot be written: then
    /// nothing is deleted.
    pub(crate) fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        self.state.update(|state| {
            state.complete = None;
            state.deleting = Some(true);
        })
    }

    /// Removes state.json, as nothing is left.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(crate) fn end(&self) -> Result<()> {
        self.state.remove()?;
        let path = self.state.path().display();
        self.console
            .line(&format!("Nothing is left. '{path}' removed."));
        Ok(())
    }

    /// Prints that something is deleted, and removes it from state.json.
    ///
    /// # Errors
    /// If state.json cannot be written.
    pub(crate) fn deleted(
        &self,
        what: &str,
        there: bool,
        forget: impl FnOnce(&mut State),
    ) -> Result<()> {
        self.console.line(&match there {
            true => format!("{what} deleted"),
            false => format!("{what} was gone already"),
        });
        self.state.update(forget)
    }

    /// Begins a new look-up: what was not found before may be found now.
    pub(crate) fn begin_look(&self) {
        self.unseen.store(false, Ordering::Relaxed);
    }

    /// What was found, if it is ours; prints a note if it is somebody else's.
    /// `recorded` says that state.json lists it, so it may not be visible yet.
    pub(crate) fn ours_only<T>(&self, found: Found<T>, recorded: bool, what: &str) -> Option<T> {
        match found {
            Found::Ours(value) => Some(value),
            Found::Nothing => {
                self.unseen.fetch_or(recorded, Ordering::Relaxed);
                None
            }
            Found::Foreign => {
                self.note_foreign(what);
                None
            }
        }
    }

    /// Prints a note that something with our name is not ours.
    pub(crate) fn note_foreign(&self, what: &str) {
        self.console.note(&format!(
            "{what} was not made by this deployment: it is left as it is"
        ));
    }
}
