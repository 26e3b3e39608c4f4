//! What every step shares: clients, state.json, settings, the deployment's tag.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_client::account::{self, Account};
use aws_client::{Clients, DeploymentTag};
use common::{Access, Console, Result, Settings, State, StateFile, interrupt, state};

use crate::compare::change::{Change, Summary};
use crate::config::Config;

/// The deployment that is being created or changed.
#[derive(Debug)]
pub(crate) struct Run {
    /// The AWS clients.
    pub aws: Clients,
    /// What was created so far, saved at each change.
    pub state: Arc<StateFile>,
    /// Progress and notes.
    pub console: Arc<Console>,
    /// Checked settings.
    pub config: Config,
    /// Distinguishes this deployment's resources from somebody else's.
    pub tag: DeploymentTag,
    /// Whether an earlier run began this deployment: if so, look, then create.
    pub resumed: bool,
    /// Whether a response was lost: state.json may lack a second resource.
    pub answer_lost: AtomicBool,
    /// How long a call without a response may still take effect.
    pub settle: Duration,
    /// Held during each change of the API: AWS accepts only one at a time.
    pub api_change: tokio::sync::Mutex<()>,
    /// Whether every call is explained (`--explain`).
    pub explain: bool,
    account: OnceLock<Account>,
    summary: Mutex<Summary>,
    /// state.json as it was when this run began.
    before: State,
}

impl Run {
    /// Locks and reads state.json, and checks that it belongs to this endpoint
    /// and region. Nothing is written yet.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, belongs elsewhere, or
    /// records a stack that `create` cannot continue.
    pub(crate) async fn open(config: Config, settings: &Settings, access: Access) -> Result<Run> {
        let file = Arc::new(StateFile::open(&settings.state_file, access)?);
        let before = file.get();
        let resumed = before != State::default();
        if resumed {
            config.check_continues(&before)?;
        }
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, before.region.as_deref()).await?;
        let noted = Arc::clone(&file);
        aws.before_retry(move |operation| noted.repeat_call(operation));
        account::check_endpoint_and_region(&before, &aws)?;
        let deployment_id = before.deployment_id.clone();
        Ok(Run {
            aws,
            state: file,
            console,
            config,
            tag: DeploymentTag::new(&deployment_id.unwrap_or_else(new_deployment_id)),
            resumed,
            answer_lost: AtomicBool::new(false),
            settle: settings.settle,
            api_change: tokio::sync::Mutex::default(),
            explain: settings.explain,
            account: account::recorded(&before).map_or_else(OnceLock::new, OnceLock::from),
            summary: Mutex::default(),
            before,
        })
    }

    /// Asks AWS for the account, and checks that it is the one in state.json.
    ///
    /// # Errors
    /// If AWS rejects the credentials; exit code 2 if the account is another.
    pub(crate) async fn check_account(&self) -> Result<()> {
        let account = account::current(&self.aws).await?;
        account::check_account(&self.before, &account.id)?;
        // It is already set if state.json records it.
        let _ = self.account.set(account);
        Ok(())
    }

    /// The AWS account.
    ///
    /// # Panics
    /// Before [`check_account`](Run::check_account), unless state.json records it.
    pub(crate) fn account(&self) -> &Account {
        self.account.get().expect("check_account comes first")
    }

    /// Saves the deployment's identity and names, before the first call that
    /// changes something.
    ///
    /// # Errors
    /// If state.json cannot be written; then nothing may be created.
    pub(crate) fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        let (account, region) = (&self.account().id, &self.aws.region);
        let place = self.aws.endpoint_url.as_deref().unwrap_or("AWS");
        self.console.message(&format!(
            "In account {account}, region {region}, at {place}:"
        ));
        let (_, deployment_id) = self.tag.pair();
        self.save(|state| {
            if !self.resumed {
                state.state_version = Some(state::VERSION);
                state.deployment_id = Some(deployment_id);
                state.account_id = Some(account.clone());
                state.endpoint_url = self.aws.endpoint_url.clone();
                state.region = Some(region.clone());
            }
            self.config.names.record(state);
        })
    }

    /// Whether state.json may not list everything: this run or an earlier one
    /// lost a response, or an earlier one did not complete.
    pub(crate) fn was_disturbed(&self) -> bool {
        let unfinished = self.resumed && self.before.complete != Some(true);
        unfinished || self.answer_lost.load(Ordering::Relaxed)
    }

    /// Marks state.json as complete, unless the run was disturbed, and prints
    /// the last lines: the API's URL and where state.json is.
    ///
    /// # Errors
    /// If state.json cannot be written.
    pub(crate) fn end(&self) -> Result<()> {
        if !self.was_disturbed() {
            self.save(|state| state.complete = Some(true))?;
        }
        let state = self.state.get();
        let unchanged = |same: bool| if same { " (unchanged)" } else { "" };
        let url = state.api_url.as_deref().unwrap_or_default();
        let same_url = unchanged(state.api_url == self.before.api_url);
        self.console
            .line(&format!("API available at: '{url}'{same_url}"));
        let path = self.state.path().display();
        let same_state = unchanged(state == self.before);
        self.console
            .line(&format!("State saved in '{path}'{same_state}"));
        if self.resumed {
            self.console.message(&self.summary().to_string());
        }
        Ok(())
    }

    /// Changes state.json; does not write it if nothing changes.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn save(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let before = self.state.get();
        let mut after = before.clone();
        change(&mut after);
        if after == before {
            return Ok(());
        }
        self.state.update(|state| *state = after)
    }

    /// The endpoint of all clients; `None` for AWS itself.
    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        self.aws.endpoint_url.as_deref()
    }

    /// Whether this run has created or updated anything.
    pub(crate) fn has_changed(&self) -> bool {
        self.summary().has_changed()
    }

    /// Counts what was done to a resource, for the summary.
    pub(crate) fn count(&self, change: &Change) {
        self.summary().count(change);
    }

    fn summary(&self) -> std::sync::MutexGuard<'_, Summary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// 128 random bits in hexadecimal, unique among an account's deployments.
fn new_deployment_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
