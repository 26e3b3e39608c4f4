//! What every step shares: clients, state.json, the output, the deployment's tag.

pub(crate) mod ensure;
pub(crate) mod output;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::Duration;

use api_aws::account::{self, Account};
use api_aws::{Clients, DeploymentTag};
use api_core::{Console, Result, Settings, State, StateFile, interrupt, state};

use crate::config::Config;
use crate::resource::change::{Change, Summary};
use crate::stack::output::{Output, OutputLine};

/// The stack that is being created or changed.
#[derive(Debug)]
pub(crate) struct Stack {
    /// AWS.
    pub aws: Clients,
    /// What was made so far, saved at each change.
    pub state: Arc<StateFile>,
    /// Progress and notes.
    pub console: Arc<Console>,
    /// Checked settings.
    pub config: Config,
    /// Tells what this deployment has made from what somebody else has.
    pub tag: DeploymentTag,
    /// Whether an earlier run has begun this deployment: look up, then create.
    pub resumed: bool,
    /// Whether an answer was lost: state.json may not know of a second resource.
    pub answer_lost: AtomicBool,
    /// For how long a call without an answer may still take effect.
    pub settle: Duration,
    /// Held during each change of the API: AWS takes them one after the other.
    pub api_change: tokio::sync::Mutex<()>,
    /// Whether every call is narrated.
    pub explain: bool,
    account: OnceLock<Account>,
    output: Output,
    summary: Mutex<Summary>,
    /// state.json as it was when this run began.
    before: State,
    endpoint_url: Option<String>,
}

impl Stack {
    /// Locks and reads state.json and checks that this is its cloud. Nothing
    /// is written yet.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, belongs elsewhere, or
    /// is of a stack that cannot become what is wanted.
    pub(crate) async fn open(config: Config, settings: &Settings) -> Result<Stack> {
        let file = Arc::new(StateFile::open(&settings.state_file)?);
        let before = file.get();
        let resumed = before != State::default();
        if resumed {
            config.check_continues(&before)?;
        }
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, before.region.as_deref()).await?;
        let noted = Arc::clone(&file);
        aws.before_retry(move |operation| noted.repeat_call(operation));
        account::check_endpoint_and_region(&before, settings, Some(&aws.region))?;
        let deployment_id = before.deployment_id.clone();
        Ok(Stack {
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
            output: Output::default(),
            summary: Mutex::default(),
            before,
            endpoint_url: settings.endpoint_url.clone(),
        })
    }

    /// Asks whose account this is, and checks that it is state.json's.
    ///
    /// # Errors
    /// If AWS does not know the credentials; exit code 2 for another account.
    pub(crate) async fn check_account(&self) -> Result<()> {
        let account = account::current(&self.aws).await?;
        account::check_account(&self.before, &account.id)?;
        // state.json may have known it already.
        let _ = self.account.set(account);
        Ok(())
    }

    /// Whose account it is.
    ///
    /// # Panics
    /// If state.json does not know it, before [`check_account`](Stack::check_account).
    pub(crate) fn account(&self) -> &Account {
        self.account.get().expect("check_account comes first")
    }

    /// Whether ARNs can be told already.
    pub(crate) fn knows_account(&self) -> bool {
        self.account.get().is_some()
    }

    /// Saves whose deployment this is and what it is to be, before the first
    /// call that changes something.
    ///
    /// # Errors
    /// If state.json cannot be written: then nothing may be created.
    pub(crate) fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        let (account, region) = (&self.account().id, &self.aws.region);
        let place = self.endpoint_url.as_deref().unwrap_or("AWS");
        self.console.message(&format!(
            "In account {account}, region {region}, at {place}:"
        ));
        let (_, deployment_id) = self.tag.pair();
        self.save(|state| {
            if !self.resumed {
                state.state_version = Some(state::VERSION);
                state.deployment_id = Some(deployment_id);
                state.account_id = Some(account.clone());
                state.endpoint_url = self.endpoint_url.clone();
                state.region = Some(region.clone());
            }
            self.config.names.record(state);
        })
    }

    /// Whether state.json may not know of everything: an answer was lost, in
    /// this run or in an earlier one that did not come to its end.
    pub(crate) fn was_disturbed(&self) -> bool {
        let unfinished = self.resumed && self.before.complete != Some(true);
        unfinished || self.answer_lost.load(Ordering::Relaxed)
    }

    /// The last lines: where the API is, and where its ids are.
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
        self.line(
            OutputLine::Url,
            format!("API available at: '{url}'{same_url}"),
        );
        let path = self.state.path().display();
        let same_state = unchanged(state == self.before);
        self.line(
            OutputLine::Saved,
            format!("State saved in '{path}'{same_state}"),
        );
        if self.resumed {
            self.console.message(&self.summary().text());
        }
        Ok(())
    }

    /// Changes state.json, unless that would change nothing.
    ///
    /// # Errors
    /// If it cannot be written.
    pub(crate) fn save(&self, change: impl FnOnce(&mut State)) -> Result<()> {
        let before = self.state.get();
        let mut after = before.clone();
        change(&mut after);
        match after == before {
            true => Ok(()),
            false => self.state.update(|state| *state = after),
        }
    }

    /// `AWS_ENDPOINT_URL`; `None` is AWS itself.
    pub(crate) fn endpoint_url(&self) -> Option<&str> {
        self.endpoint_url.as_deref()
    }

    /// Whether this run has made or changed anything.
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

    /// Prints a line when it is its turn.
    pub(crate) fn line(&self, step: OutputLine, text: String) {
        self.output.line(&self.console, step, text);
    }

    /// Prints the lines that wait for a step which failed.
    pub(crate) fn flush(&self) {
        self.output.flush(&self.console);
    }
}

/// 128 random bits: two deployments of one account never share it.
fn new_deployment_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
