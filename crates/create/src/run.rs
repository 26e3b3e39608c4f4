//! What every step shares: clients, state.json, settings, the deployment's tag.

use std::cell::RefCell;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use aws_client::account::{self, Account};
use aws_client::{Clients, DeploymentTag};
use common::{Access, Console, Failure, Result, Settings, State, StateFile, interrupt, state};
use url::Url;

use crate::compare::change::Summary;
use crate::config::{Config, hosts};

/// The deployment that is being created or changed.
#[derive(Debug)]
pub(crate) struct Run {
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
    /// How long a call without a response may still take effect.
    pub settle: Duration,
    /// Held during each change of the API: AWS accepts only one at a time.
    pub api_change: tokio::sync::Mutex<()>,
    /// Whether every call is explained (`--explain`).
    pub explain: bool,
    /// The sign-in page, once the discovery document has named it.
    pub sign_in_page: OnceLock<Url>,
    /// What was done to how many resources.
    pub summary: RefCell<Summary>,
    account: OnceLock<Account>,
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
        hosts::check_region(&aws.region)?;
        let deployment_id = before.deployment_id.clone();
        Ok(Run {
            aws,
            state: file,
            console,
            config,
            tag: DeploymentTag::new(&deployment_id.unwrap_or_else(new_deployment_id)),
            resumed,
            settle: settings.settle,
            api_change: tokio::sync::Mutex::default(),
            explain: settings.explain,
            sign_in_page: OnceLock::new(),
            summary: RefCell::default(),
            account: account::recorded(&before).map_or_else(OnceLock::new, OnceLock::from),
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

    /// The tags of everything that takes tags: the deployment's own, and whose it
    /// is in a shared account, which `iam-policy.json` compares.
    pub(crate) fn tags(&self) -> HashMap<String, String> {
        let mut tags = HashMap::from([self.tag.pair()]);
        let suffix = &self.config.names.suffix;
        if !suffix.is_empty() {
            tags.insert("name_suffix".to_owned(), suffix.clone());
        }
        tags
    }

    /// Checks that a resource that state.json records carries our tag: the file
    /// may be edited, or belong to another stack.
    ///
    /// # Errors
    /// Exit code 2 if it does not.
    pub(crate) fn check_tag(
        &self,
        title: &str,
        id: &str,
        tags: Option<&HashMap<String, String>>,
    ) -> Result<()> {
        if self.tag.is_in(tags) {
            return Ok(());
        }
        let (key, value) = self.tag.pair();
        Err(Failure::usage(format!(
            "{title} with the id '{id}' does not carry the tag of this deployment: nothing was changed"
        ))
        .with_hint(format!(
            "if state.json is another stack's, use the right one with --state PATH; if the tag was removed by hand, set it again: {key}={value}"
        )))
    }

    /// Saves the deployment's identity and names, before the first call that
    /// changes something.
    ///
    /// # Errors
    /// If state.json cannot be written; then nothing may be created.
    pub(crate) fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        let (account, region) = (&self.account().id, &self.aws.region);
        let place = self.aws.place();
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
            } else if state.state_version >= Some(3) {
                // What is recorded now, the program of version 3 does not know.
                state.state_version = Some(state::VERSION);
            }
            self.config.names.record(state);
        })
    }

    /// Whether an earlier run began and did not end.
    pub(crate) fn was_interrupted(&self) -> bool {
        self.resumed && self.before.complete != Some(true)
    }

    /// Whether state.json is known to list everything: every call that makes
    /// something was answered, or looked for. A file of an earlier version did
    /// not note lost answers.
    fn lists_everything(&self) -> bool {
        let state = self.state.get();
        let noted = !self.resumed
            || self.before.complete == Some(true)
            || self.before.state_version >= Some(3);
        noted && state.under_way.is_empty() && state.lost_calls.is_empty()
    }

    /// Whether this cloud does not show a property that was set.
    pub(crate) fn is_not_shown(&self, property: &str) -> bool {
        let not_shown = self.state.get().not_shown.unwrap_or_default();
        not_shown.iter().any(|name| name == property)
    }

    /// Records that the answer to a call that set a property does not show it.
    pub(crate) fn note_not_shown(&self, property: &str) {
        if self.is_not_shown(property) {
            return;
        }
        self.console.note(&format!(
            "{property} was set, but this cloud does not show it: it cannot be compared"
        ));
        // If it cannot be saved, neither can what is recorded next, which fails.
        let _ = self.save(|state| {
            let not_shown = state.not_shown.get_or_insert_default();
            not_shown.push(property.to_owned());
        });
    }

    /// Marks state.json as complete, if it lists everything, and prints the last
    /// lines: the API's URL and where state.json is.
    ///
    /// # Errors
    /// If state.json cannot be written.
    pub(crate) fn end(&self) -> Result<()> {
        if self.lists_everything() {
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
            self.console.message(&self.summary.borrow().to_string());
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
}

/// 128 random bits in hexadecimal, unique among an account's deployments.
fn new_deployment_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}
