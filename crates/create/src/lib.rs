//! Creates the stack: user pool, hosted sign-in, API, function, role. Every id
//! is in state.json as soon as it is known.

mod api;
mod app_client;
mod authorizer;
mod domain;
mod dry_run;
mod function;
mod integration;
mod log_group;
mod names;
mod once;
mod permission;
mod plan;
mod report;
mod resource_server;
mod role;
mod role_policy;
mod route;
mod stack;
mod stage;
mod user;
mod user_pool;
mod zip_file;

use api_core::cli::CommonArgs;
use api_core::failure::{all, both};
use api_core::{Exit, Result, Settings};
use tokio::join;

use crate::api::Api;
use crate::function::Function;
use crate::plan::Plan;
use crate::stack::Stack;

/// Create a user pool with hosted sign-in, an HTTP API that trusts it, and the
/// function behind it, on AWS. What is there already is left as it is.
#[derive(clap::Parser, Debug)]
#[command(version)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    /// Show what would be created, in order, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

/// Runs the program.
///
/// # Errors
/// Exit code 2 for wrong settings or another cloud than state.json's, before
/// anything is created; 1 if a call fails, 130 after a signal. What was made by
/// then is in state.json.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    let plan = Plan::check(&settings)?;
    let stack = Stack::open(plan, &settings).await?;
    if args.dry_run {
        dry_run::show(&stack);
        return Ok(Exit::Done);
    }
    stack.begin()?;
    let created = create(&stack).await;
    stack.report.flush(&stack.console);
    created?;
    stack.end()?;
    Ok(Exit::Done)
}

/// The whole stack. Lines that stand together in a `join!` run side by side;
/// all of them end, whatever happens to one.
async fn create(stack: &Stack) -> Result<()> {
    let (function, gateway) = join!(create_function(stack), create_api(stack));
    let (function, (api, authorizer_id)) = both(function, gateway)?;
    let (route, permission, active) = join!(
        async {
            let integration_id = integration::create(stack, &api, &function).await?;
            route::create(stack, &api, &integration_id, &authorizer_id).await
        },
        permission::create(stack, &api, &function),
        function::wait_until_active(stack, &function),
    );
    all([route, permission, active])
}

/// The function and what it needs. It comes first: IAM takes seconds until a
/// new role can be used.
async fn create_function(stack: &Stack) -> Result<Function> {
    let (function, log_group) = join!(
        async {
            let role_arn = role::create(stack).await?;
            let (function, policy) = join!(
                function::create(stack, &role_arn),
                role_policy::attach(stack)
            );
            both(function, policy)
        },
        log_group::create(stack),
    );
    let ((function, ()), ()) = both(function, log_group)?;
    Ok(function)
}

/// The API and the authorizer that lets in the users of the pool. AWS takes
/// the changes of one API one after the other.
async fn create_api(stack: &Stack) -> Result<(Api, String)> {
    let (client, api) = join!(create_sign_in(stack), async {
        let api = api::create(stack).await?;
        stage::create(stack, &api).await?;
        Ok(api)
    });
    let (client, api) = both(client, api)?;
    let authorizer_id = authorizer::create(stack, &api, &client).await?;
    Ok((api, authorizer_id))
}

/// The user pool and all that is in it.
async fn create_sign_in(stack: &Stack) -> Result<app_client::AppClient> {
    let pool = user_pool::create(stack).await?;
    let (client, user, domain) = join!(
        async {
            resource_server::create(stack, &pool).await?;
            app_client::create(stack, &pool).await
        },
        user::create(stack, &pool),
        domain::create(stack, &pool),
    );
    let (client, ((), ())) = both(client, both(user, domain))?;
    Ok(client)
}
