//! What every step shares: clients, state.json, the lines, whose it all is.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use api_aws::account::{self, Account};
use api_aws::{Clients, Ours};
use api_core::{Console, Failure, Result, Settings, State, StateFile, interrupt, state};

use crate::plan::Plan;
use crate::report::{Report, Step};

/// The stack that is being created.
#[derive(Debug)]
pub struct Stack {
    /// AWS.
    pub aws: Clients,
    /// What was made so far, saved at each change.
    pub state: StateFile,
    /// Progress and notes.
    pub console: Arc<Console>,
    /// The lines on stdout.
    pub report: Report,
    /// Checked settings.
    pub plan: Plan,
    /// Whose account it is.
    pub account: Account,
    /// Tells what this deployment has made from what somebody else has.
    pub ours: Ours,
    /// Whether an earlier run has begun this deployment: look up, then create.
    pub resumed: bool,
    /// Whether an answer was lost: state.json may not know of a second resource.
    pub answer_lost: AtomicBool,
    endpoint_url: Option<String>,
}

impl Stack {
    /// Locks and reads state.json and checks that this is its cloud. Nothing
    /// is written yet.
    ///
    /// # Errors
    /// Exit code 2 if state.json is in use, unreadable, or belongs elsewhere;
    /// 1 if AWS does not know the credentials.
    pub async fn open(plan: Plan, settings: &Settings) -> Result<Stack> {
        let file = StateFile::open(&settings.state_file)?;
        let state = file.get();
        let resumed = state != State::default();
        if resumed {
            check_is_resumable(&state, &plan)?;
        }
        let console = Arc::new(Console::new());
        let aws = Clients::new(settings, &console, state.region.as_deref()).await?;
        account::check_endpoint_and_region(&state, settings, Some(&aws.region))?;
        let account = account::current(&aws).await?;
        account::check_account(&state, &account.id)?;
        let deployment_id = state.deployment_id.unwrap_or_else(new_deployment_id);
        Ok(Stack {
            aws,
            state: file,
            console,
            report: Report::default(),
            plan,
            account,
            ours: Ours::new(&deployment_id),
            resumed,
            answer_lost: AtomicBool::new(false),
            endpoint_url: settings.endpoint_url.clone(),
        })
    }

    /// Saves whose deployment this is, before the first call that creates.
    ///
    /// # Errors
    /// If state.json cannot be written: then nothing may be created.
    pub fn begin(&self) -> Result<()> {
        interrupt::listen_between_calls(Arc::clone(&self.console))?;
        let (account, region) = (&self.account.id, &self.aws.region);
        let place = self.endpoint_url.as_deref().unwrap_or("AWS");
        self.console.message(&format!(
            "In account {account}, region {region}, at {place}:"
        ));
        if self.resumed {
            return Ok(());
        }
        let (_, deployment_id) = self.ours.tag();
        self.state.update(|state| {
            state.state_version = Some(state::VERSION);
            state.deployment_id = Some(deployment_id);
            state.account_id = Some(self.account.id.clone());
            state.endpoint_url = self.endpoint_url.clone();
            state.region = Some(self.aws.region.clone());
            self.plan.names.record(state);
        })
    }

    /// The last lines: where the API is, and where its ids are.
    ///
    /// # Errors
    /// If state.json cannot be written.
    pub fn end(&self) -> Result<()> {
        let undisturbed = !self.resumed && !self.answer_lost.load(Ordering::Relaxed);
        if undisturbed {
            self.state.update(|state| state.complete = Some(true))?;
        }
        let url = self.state.get().api_url.unwrap_or_default();
        self.line(Step::Url, format!("API available at: '{url}'"));
        let path = self.state.path().display();
        self.line(Step::Saved, format!("State saved in '{path}'"));
        Ok(())
    }

    /// Prints a line when it is its turn.
    pub fn line(&self, step: Step, text: String) {
        self.report.line(&self.console, step, text);
    }
}

/// 128 random bits: two deployments of one account never share it.
fn new_deployment_id() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn check_is_resumable(state: &State, plan: &Plan) -> Result<()> {
    if state.deleting == Some(true) {
        return Err(
            Failure::usage("'delete' has begun with what is in state.json, and not ended")
                .with_hint("run 'make delete' to its end, then 'make api'"),
        );
    }
    if state.is_from_python() {
        return Err(Failure::usage(
            "state.json was written by the older Python scripts, whose stack cannot be continued",
        )
        .with_hint("run 'make delete' to remove that stack, then 'make api'"));
    }
    let mut now = State::default();
    plan.names.record(&mut now);
    let same = |a: &Option<String>, b: &Option<String>| a.is_none() || a == b;
    if !same(&state.user_pool_name, &now.user_pool_name) {
        return Err(begun_otherwise("NAME_SUFFIX"));
    }
    let prefix = Some(plan.domain_prefix.clone());
    if !same(&state.user_pool_auth_domain_prefix, &prefix) {
        return Err(begun_otherwise("DOMAIN_PREFIX"));
    }
    Ok(())
}

fn begun_otherwise(setting: &str) -> Failure {
    Failure::usage(format!("state.json was begun with another {setting}")).with_hint(format!(
        "set {setting} back, or run 'make delete' first, or use another file with --state PATH"
    ))
}
