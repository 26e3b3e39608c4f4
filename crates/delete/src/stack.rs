//! What every step shares: clients, state.json, whose it all is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use api_aws::account::{self, Account};
use api_aws::error::optional;
use api_aws::find::Found;
use api_aws::retry::Backoff;
use api_aws::{CallError, Clients, DeploymentTag, Kind};
use api_core::{Console, Result, Settings, State, StateFile, interrupt};

/// The calls that make what is in nothing else.
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
    /// AWS.
    pub aws: Clients,
    /// What is still there, saved at each change.
    pub state: StateFile,
    /// Lines, progress and notes.
    pub console: Arc<Console>,
    /// Tells what this deployment has made from what somebody else has; `None`
    /// for a file of the Python scripts, which tagged nothing.
    pub tag: Option<DeploymentTag>,
    settle: Duration,
    /// Whether something that state.json knows was not found.
    unseen: AtomicBool,
}

impl Stack {
    /// Locks and reads state.json and checks that this is its cloud. `None`
    /// without a state.json.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, or belongs elsewhere.
    pub(crate) async fn open(settings: &Settings) -> Result<Option<Stack>> {
        let Some(file) = StateFile::open_existing(&settings.state_file)? else {
            return Ok(None);
        };
        let state = file.get();
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, state.region.as_deref()).await?;
        account::check_endpoint_and_region(&state, settings, Some(&aws.region))?;
        Ok(Some(Stack {
            aws,
            state: file,
            console,
            tag: state.deployment_id.as_deref().map(DeploymentTag::new),
            settle: settings.settle,
            unseen: AtomicBool::new(false),
        }))
    }

    /// Checks that this is state.json's account.
    ///
    /// # Errors
    /// Exit code 2 if it is another.
    pub(crate) async fn check_account(&self) -> Result<Account> {
        let account = account::current(&self.aws).await?;
        account::check_account(&self.state.get(), &account.id)?;
        Ok(account)
    }

    /// Whose it is, if more than state.json is to be searched: an earlier run
    /// was disturbed, so that there may be something it does not list.
    pub(crate) fn search(&self) -> Option<&DeploymentTag> {
        match self.state.get().complete {
            Some(true) => None,
            _ => self.tag.as_ref(),
        }
    }

    /// For how much longer something of this deployment may come or be seen: a
    /// call that makes something was not answered, or what state.json knows was
    /// made a moment ago and is not seen yet. What is in a pool or in an API goes
    /// with it, also while it is still coming.
    pub(crate) fn unsettled(&self) -> Option<Duration> {
        let state = self.state.get();
        let coming = CREATES.iter();
        let coming = coming.filter_map(|name| state.under_way.left(name, self.settle));
        let unseen = self.unseen.load(Ordering::Relaxed);
        let unseen = unseen.then(|| state.unsettled(self.settle)).flatten();
        coming.chain(unseen).max()
    }

    /// From here on a signal lets the calls under way end, and state.json is no
    /// longer known to list everything.
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

    /// Nothing is left: neither is state.json.
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

    /// Prints that something is deleted, and takes it out of state.json.
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

    /// A new look begins: what was not found before may be found now.
    pub(crate) fn begin_look(&self) {
        self.unseen.store(false, Ordering::Relaxed);
    }

    /// What was found, if it is ours; says so where it is somebody else's.
    /// `recorded` says that state.json knows it: then it may not be seen yet.
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

    /// Says that something of our name is not ours.
    pub(crate) fn note_foreign(&self, what: &str) {
        self.console.note(&format!(
            "{what} was not made by this deployment: it is left as it is"
        ));
    }
}

/// Makes a call that AWS may refuse for a moment, because something that was
/// just deleted still counts. `None` if the resource was gone already.
///
/// # Errors
/// If AWS refuses for another reason, or still after half a minute.
pub(crate) async fn retry_while_in_use<T>(
    call: impl AsyncFn() -> Result<T, CallError>,
) -> Result<Option<T>> {
    let mut backoff = Backoff::poll().up_to(Duration::from_secs(30));
    loop {
        match optional(call().await) {
            Err(error) if error.kind() == Kind::InUse && backoff.wait().await? => {}
            result => return Ok(result?),
        }
    }
}
