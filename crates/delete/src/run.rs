//! What every part of a run shares: clients, the record, the deployment's tag.

use std::cell::{Cell, RefCell};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use aws_client::account;
use aws_client::find::Found;
use aws_client::{Clients, DeploymentTag};
use common::{Access, Console, Result, Settings, State, StateFile, interrupt};

use crate::record::Record;

/// The calls that create resources that are not part of another resource.
const CREATES: [&str; 5] = [
    "CreateApi",
    "CreateFunction",
    "CreateLogGroup",
    "CreateRole",
    "CreateUserPool",
];

/// The deployment that is being deleted.
#[derive(Debug)]
pub(crate) struct Run {
    pub aws: Clients,
    /// What is known to exist, kept up to date.
    pub record: Record,
    /// Lines, progress and notes.
    pub console: Arc<Console>,
    /// Distinguishes this deployment's resources from somebody else's; `None`
    /// for a file of the Python scripts, which tagged nothing.
    pub tag: Option<DeploymentTag>,
    settle: Duration,
    /// Whether something that the record lists was not found.
    unseen: Cell<bool>,
    /// What was said not to be ours: once is enough.
    foreign: RefCell<BTreeSet<String>>,
}

impl Run {
    /// Locks and reads state.json, and checks that it belongs to this endpoint
    /// and region. `None` without a state.json.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, or belongs elsewhere.
    pub(crate) async fn open(settings: &Settings, access: Access) -> Result<Option<Run>> {
        let Some(file) = StateFile::open_existing(&settings.state_file, access)? else {
            return Ok(None);
        };
        let state = file.get();
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, state.region.as_deref()).await?;
        account::check_endpoint_and_region(&state, &aws)?;
        Ok(Some(Run::new(settings, aws, console, Record::File(file))))
    }

    /// A run with these clients and this record.
    pub(crate) fn new(
        settings: &Settings,
        aws: Clients,
        console: Arc<Console>,
        record: Record,
    ) -> Run {
        let deployment_id = record.get().deployment_id;
        Run {
            aws,
            record,
            console,
            tag: deployment_id.as_deref().map(DeploymentTag::new),
            settle: settings.settle,
            unseen: Cell::default(),
            foreign: RefCell::default(),
        }
    }

    /// Checks that the account is the one in the record.
    ///
    /// # Errors
    /// Exit code 2 if it is another.
    pub(crate) async fn check_account(&self) -> Result<()> {
        let account = account::current(&self.aws).await?;
        account::check_account(&self.record.get(), &account.id)
    }

    /// Whether the record may not list everything: an earlier run lost a response
    /// or did not complete. Then what carries the tag is searched for.
    pub(crate) fn may_lack_something(&self) -> bool {
        self.tag.is_some() && self.record.get().complete != Some(true)
    }

    /// How much longer something of this deployment may still appear: a call
    /// that creates something got no response, or what the record lists was
    /// created a moment ago and is not visible yet. What is in a pool or an API
    /// is deleted with it, even if it is still being created.
    pub(crate) fn unsettled(&self) -> Option<Duration> {
        let state = self.record.get();
        let left = |name: &&str| state.under_way.left(name, self.settle);
        let coming = CREATES.iter().filter_map(left);
        let unseen = state.unsettled(self.settle).filter(|_| self.unseen.get());
        coming.chain(unseen).max()
    }

    /// From here on, calls in flight complete after a signal, and the record is
    /// no longer known to list everything.
    ///
    /// # Errors
    /// If signals cannot be listened for, or state.json cannot be written: then
    /// nothing is deleted.
    pub(crate) fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        self.record.update(|state| {
            state.complete = None;
            state.deleting = Some(true);
        })
    }

    /// Says in which region, and at which endpoint, something is or would be
    /// deleted.
    pub(crate) fn say_where(&self) {
        let (place, region) = (self.aws.place(), &self.aws.region);
        self.console
            .message(&format!("In region {region}, at {place}:"));
    }

    /// Removes state.json, as nothing is left.
    ///
    /// # Errors
    /// If the file cannot be removed.
    pub(crate) fn end(&self) -> Result<()> {
        let Some(path) = self.record.remove()? else {
            self.console.line("Nothing is left.");
            return Ok(());
        };
        self.console
            .line(&format!("Nothing is left. '{path}' removed."));
        self.console
            .next("'make api' creates it again; 'make clean' removes what was built here");
        Ok(())
    }

    /// Prints that something is deleted, and removes it from the record.
    ///
    /// # Errors
    /// If state.json cannot be written.
    pub(crate) fn deleted(
        &self,
        what: &str,
        was_there: bool,
        forget: impl FnOnce(&mut State),
    ) -> Result<()> {
        self.console.line(&if was_there {
            format!("{what} deleted")
        } else {
            format!("{what} was gone already")
        });
        self.record.update(forget)
    }

    /// Begins a new look-up: what was not found before may be found now.
    pub(crate) fn begin_look(&self) {
        self.unseen.set(false);
    }

    /// What was found, if it is ours; prints a note if it is somebody else's.
    /// `recorded` says that the record lists it, so it may not be visible yet.
    pub(crate) fn ours_only<T>(&self, found: Found<T>, recorded: bool, what: &str) -> Option<T> {
        match found {
            Found::Ours(resource) => Some(resource),
            Found::Nothing => {
                self.unseen.set(self.unseen.get() || recorded);
                None
            }
            Found::OfDeployment(_) | Found::Foreign => {
                self.note_foreign(what);
                None
            }
        }
    }

    /// Prints a note that something which bears our name, or is recorded, is not
    /// ours.
    pub(crate) fn note_foreign(&self, what: &str) {
        if self.foreign.borrow_mut().insert(what.to_owned()) {
            self.console.note(&format!(
                "{what} was not made by this deployment: it is left as it is"
            ));
        }
    }
}
