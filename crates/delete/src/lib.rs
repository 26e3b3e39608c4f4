//! Deletes everything that `create` created, and nothing else.
//!
//! [`stack`] says what goes in which order. Each resource has a file of its own,
//! under the name that it has in `create`: how it is found, why AWS might refuse to
//! delete it, and the call that does.

mod api;
mod custom_domain;
mod deployments;
mod domain;
mod function;
mod late;
mod list;
mod log_group;
mod lost_state;
mod part;
mod record;
mod role;
mod run;
mod stack;
mod tagged;
mod user_pool;

use common::cli::CommonArgs;
use common::{Access, Console, Exit, Result, Settings, archive};

use crate::run::Run;
use crate::stack::Stack;

/// Delete everything that `create` made, as recorded in state.json. What it did
/// not make is left as it is.
#[derive(clap::Parser, Debug)]
#[command(version = env!("VERSION"), term_width = 80)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    /// Show what would be deleted, in order, and change nothing
    #[arg(long)]
    pub dry_run: bool,

    /// Show the deployments in this account and region: id, name suffix, age, and
    /// what is there
    #[arg(long, conflicts_with_all = ["dry_run", "deployment"])]
    pub list: bool,

    /// Delete the deployment with this id, as --list shows it; no state.json is needed
    #[arg(long, value_name = "ID")]
    pub deployment: Option<String>,
}

/// Runs the program. Without a state.json there is nothing to delete, unless the
/// deployment is named.
///
/// # Errors
/// Exit code 2 if state.json belongs to another cloud; 1 if something cannot be
/// deleted, before the first deletion if AWS shows it, and what is left stays in
/// state.json; 130 after a signal.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    if args.list {
        list::show(&settings).await?;
        return Ok(Exit::Done);
    }
    let access = Access::of(args.dry_run);
    let run = match &args.deployment {
        Some(id) => Some(lost_state::open(&settings, access, id).await?),
        None => Run::open(&settings, access).await?,
    };
    let Some(run) = run else {
        let (console, path) = (Console::new(), settings.state_file.display());
        console.line(&format!("Nothing to delete: there is no '{path}'"));
        console.message(&archive::as_run_here(
            "If it is lost: 'cargo run --bin delete -- --list' shows what there is in the account.",
        ));
        return Ok(Exit::Done);
    };

    // Look: nothing is deleted before everything is found, and known to be ours.
    let (account, stack) = tokio::join!(run.check_account(), Stack::find(&run));
    account?; // first: in another account, "not found" would be mistaken for "deleted"
    let stack = stack?;
    stack.check_deletable(&run)?;
    run.say_where();
    if args.dry_run {
        stack.show(&run);
        return Ok(Exit::Done);
    }

    // Delete.
    let look_again = run.may_lack_something();
    run.begin()?;
    stack.delete(&run).await?;
    if look_again || run.unsettled().is_some() {
        late::delete(&run).await?;
    }
    run.end()?;
    Ok(Exit::Done)
}
