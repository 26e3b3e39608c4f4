//! Deletes what `create` made: nothing is left, and nothing foreign is touched.

mod api;
mod domain;
mod function;
mod log_group;
mod role;
mod stack;
mod user_pool;

use api_aws::account::Account;
use api_core::cli::CommonArgs;
use api_core::failure::{all, both};
use api_core::{Console, Exit, Result, Settings};
use tokio::join;

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
/// be deleted: it stays in state.json. 130 after a signal.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    let Some(stack) = Stack::open(&settings).await? else {
        let path = settings.state_file.display();
        Console::new().line(&format!("Nothing to delete: there is no '{path}'"));
        return Ok(Exit::Done);
    };
    let found = Found::look_up(&stack).await?;
    if args.dry_run {
        found.show(&stack).await?;
        return Ok(Exit::Done);
    }
    let disturbed = stack.search().is_some();
    stack.begin()?;
    found.delete(&stack).await?;
    if disturbed {
        // What was still under way when an earlier run ended may be seen by now.
        Found::look_up(&stack).await?.delete(&stack).await?;
    }
    stack.end()?;
    Ok(Exit::Done)
}

/// What this deployment has made and not yet deleted.
struct Found {
    apis: Vec<String>,
    user_pools: Vec<UserPool>,
    function: Option<String>,
    role: Option<role::Role>,
    account: Account,
}

impl Found {
    /// What state.json lists; where an earlier run was disturbed, also what
    /// carries our tag. Names that others could use too are looked up always.
    async fn look_up(stack: &Stack) -> Result<Found> {
        let (account, apis, user_pools, function, role) = join!(
            stack.check_account(),
            api::find(stack),
            user_pool::find(stack),
            function::find(stack),
            role::find(stack),
        );
        let account = account?;
        let ((apis, user_pools), (function, role)) =
            both(both(apis, user_pools), both(function, role))?;
        Ok(Found {
            apis,
            user_pools,
            function,
            role,
            account,
        })
    }

    /// Lines that stand together in a `join!` run side by side; all of them
    /// end, whatever happens to one.
    async fn delete(&self, stack: &Stack) -> Result<()> {
        let (apis, user_pools, function) = join!(
            api::delete(stack, &self.apis),
            user_pool::delete(stack, &self.user_pools),
            self.delete_function(stack),
        );
        all([apis, user_pools, function])
    }

    /// The function and what belongs to it. Its log group goes last: while
    /// function and role live, a late line would bring it back.
    async fn delete_function(&self, stack: &Stack) -> Result<()> {
        let (function, role, log_group) = join!(
            function::delete(stack, self.function.as_deref()),
            role::delete(stack, self.role.as_ref()),
            log_group::find(stack, &self.account),
        );
        let log_group = match (log_group, &function, &role) {
            (Ok(name), Ok(()), Ok(())) => log_group::delete(stack, name.as_deref()).await,
            (log_group, ..) => log_group.map(|_| ()),
        };
        all([function, role, log_group])
    }

    async fn show(&self, stack: &Stack) -> Result<()> {
        let log_group = log_group::find(stack, &self.account).await?;
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
                .map(|role| format!("Role '{}' (DetachRolePolicy, DeleteRole)", role.name)),
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
