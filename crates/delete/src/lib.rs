//! Deletes everything that `create` created, and nothing else.

mod api;
mod domain;
mod function;
mod log_group;
mod python;
mod role;
mod stack;
mod user_pool;

use aws_client::account::Account;
use aws_client::retry::Backoff;
use common::cli::CommonArgs;
use common::{Access, Console, Exit, Result, Settings, join_all};

use crate::stack::Stack;
use crate::user_pool::UserPool;

/// Delete everything that `create` made, as recorded in state.json. What it did
/// not make is left as it is.
#[derive(clap::Parser, Debug)]
#[command(version)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    /// Show what would be deleted, in order, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the program. Without a state.json there is nothing to delete.
///
/// # Errors
/// Exit code 2 if state.json belongs to another cloud; 1 if something could not
/// be deleted, which then stays in state.json; 130 after a signal.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    let Some(stack) = Stack::open(&settings, Access::of(args.dry_run)).await? else {
        let path = settings.state_file.display();
        Console::new().line(&format!("Nothing to delete: there is no '{path}'"));
        return Ok(Exit::Done);
    };
    let (account, found) = tokio::join!(stack.check_account(), Found::look_up(&stack));
    // In another account, "not found" would be mistaken for "deleted".
    let account = account?;
    let found = found?;
    if args.dry_run {
        found.show(&stack, &account).await?;
        return Ok(Exit::Done);
    }
    let disturbed = stack.search().is_some();
    stack.begin()?;
    found.delete(&stack, &account).await?;
    if disturbed || stack.unsettled().is_some() {
        delete_what_comes_late(&stack, &account).await?;
    }
    stack.end()?;
    Ok(Exit::Done)
}

/// Looks again until nothing more can appear: a call without a response may take
/// effect after the program that made it has ended.
async fn delete_what_comes_late(stack: &Stack, account: &Account) -> Result<()> {
    let mut backoff = Backoff::exponential();
    let mut waiting = None;
    loop {
        let unsettled = stack.unsettled();
        Found::look_up(stack).await?.delete(stack, account).await?;
        let Some(left) = unsettled else {
            return Ok(());
        };
        waiting.get_or_insert_with(|| {
            stack.console.waiting(format!(
                "Waiting until nothing can come any more: a call was not answered, or what it made is not seen yet; {} s at most",
                left.as_secs() + 1
            ))
        });
        backoff.wait_at_most(left).await?;
    }
}

/// What this deployment has created and not yet deleted.
struct Found {
    apis: Vec<String>,
    user_pools: Vec<UserPool>,
    function: Option<String>,
    role: Option<role::Role>,
}

impl Found {
    /// Finds what state.json lists and, if it may not list everything, what
    /// carries our tag. Names that others could use too are always looked up.
    async fn look_up(stack: &Stack) -> Result<Found> {
        stack.begin_look();
        let (apis, user_pools, function, role) = join_all!(
            api::find(stack),
            user_pool::find(stack),
            function::find(stack),
            role::find(stack),
        )?;
        Ok(Found {
            apis,
            user_pools,
            function,
            role,
        })
    }

    /// Deletes everything found. The branches of a `join_all!` run concurrently,
    /// each to completion, even if another one fails.
    async fn delete(&self, stack: &Stack, account: &Account) -> Result<()> {
        join_all!(
            api::delete(stack, &self.apis),
            user_pool::delete(stack, &self.user_pools),
            self.delete_function(stack, account),
        )?;
        Ok(())
    }

    /// Deletes the function and what belongs to it. The log group is deleted
    /// once nothing can write to it any more: a late line would bring it back.
    async fn delete_function(&self, stack: &Stack, account: &Account) -> Result<()> {
        let role = self.role.as_ref();
        let (function, policies, group) = tokio::join!(
            function::delete(stack, self.function.as_deref()),
            role::delete_policies(stack, role),
            log_group::find(stack, account),
        );
        let can_be_written = function.is_err() || policies.is_err();
        join_all!(
            async { function },
            async {
                policies?;
                role::delete(stack, role).await
            },
            async {
                match group? {
                    Some(name) if !can_be_written => log_group::delete(stack, &name).await,
                    _ => Ok(()),
                }
            },
        )?;
        Ok(())
    }

    async fn show(&self, stack: &Stack, account: &Account) -> Result<()> {
        let log_group = log_group::find(stack, account).await?;
        let mut lines = Vec::new();
        lines.extend(self.apis.iter().map(|id| format!("API '{id}' (DeleteApi)")));
        for pool in &self.user_pools {
            let domain = pool.domain.iter();
            lines.extend(
                domain.map(|domain| format!("Sign-in domain '{domain}' (DeleteUserPoolDomain)")),
            );
            lines.push(format!("User Pool '{}' (DeleteUserPool)", pool.id));
        }
        lines.extend(
            self.function
                .iter()
                .map(|name| format!("Function '{name}' (DeleteFunction)")),
        );
        lines.extend(
            self.role
                .iter()
                .map(|role| format!("Role '{}' (DeleteRolePolicy, DeleteRole)", role.name)),
        );
        lines.extend(
            log_group
                .iter()
                .map(|name| format!("Log group '{name}' (DeleteLogGroup)")),
        );
        for line in lines {
            stack.console.line(&format!("Would delete: {line}"));
        }
        Ok(())
    }
}
