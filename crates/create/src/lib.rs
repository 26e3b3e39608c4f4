//! Creates or updates the stack: user pool, hosted sign-in, API, function, role.
//!
//! [`stack`](stack::stack) lists the resources in order. Each has a file of its
//! own, around the AWS call that makes it. [`steps`] does with every one of them
//! what makes a run safe: it looks before it creates, notes each call before it
//! is sent, compares, waits, and saves every id in state.json at once.

mod api;
mod app_client;
mod authorizer;
mod compare;
mod config;
mod domain;
mod function;
mod integration;
mod live;
mod log_group;
mod next_steps;
mod permission;
mod readiness;
mod resource;
mod resource_server;
mod role;
mod role_policy;
mod route;
mod run;
mod stack;
mod stage;
mod steps;
mod user;
mod user_pool;

use common::cli::CommonArgs;
use common::{Access, Exit, Result, Settings};

use crate::config::Config;
use crate::run::Run;
use crate::steps::{Steps, dry_run, removed_routes};

/// Create a user pool with hosted sign-in, an HTTP API that trusts it, and the
/// function behind it, on AWS. What is there already is compared with what the
/// code and the settings say, and changed where it differs.
#[derive(clap::Parser, Debug)]
#[command(version = env!("VERSION"), term_width = 80)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    /// Show what would be created or changed, in order, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the program.
///
/// # Errors
/// Exit code 2, before anything is changed, if a setting is invalid, state.json
/// belongs to another cloud, or a difference cannot be changed in place; 1 if a
/// call fails; 130 after a signal. What was created by then is in state.json.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    let config = Config::check(&settings)?;
    let run = Run::open(config, &settings, Access::of(args.dry_run)).await?;
    let mut steps = Steps::new(&run);
    stack::stack(&mut steps);

    // Look: nothing is changed before everything is read and compared.
    let (account, read) = tokio::join!(run.check_account(), steps.read());
    account?; // first: with another account's credentials every read fails
    read?;
    let plan = steps.plan()?;
    if args.dry_run {
        let removed = removed_routes::titles(&run);
        dry_run::show(&run, &plan, &removed, &steps.duplicates().await?);
        return Ok(Exit::Done);
    }

    // Make it so.
    run.begin()?;
    removed_routes::remove(&run).await?;
    steps.make().await?;
    readiness::wait_for_api(&run).await?;
    steps.remove_duplicates().await?;
    run.end()?;
    next_steps::show(&run).await;
    Ok(Exit::Done)
}
