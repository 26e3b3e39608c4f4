//! Creates or updates the stack: user pool, hosted sign-in, API, function, role.
//! Every id is saved in state.json as soon as it is known.

mod api;
mod app_client;
mod authorizer;
mod config;
mod domain;
mod duplicates;
mod function;
mod integration;
mod log_group;
mod permission;
mod plan;
mod readiness;
mod resource;
mod resource_server;
mod role;
mod role_policy;
mod route;
mod stack;
mod stage;
mod user;
mod user_pool;

use common::cli::CommonArgs;
use common::{Exit, Result, Settings, join_all};
use tokio::sync::watch;

use crate::api::Api;
use crate::config::Config;
use crate::function::Function;
use crate::plan::dry_run;
use crate::plan::snapshot::Snapshot;
use crate::stack::Stack;

/// Create a user pool with hosted sign-in, an HTTP API that trusts it, and the
/// function behind it, on AWS. What is there already is compared with what the
/// code and the settings say, and changed where it differs.
#[derive(clap::Parser, Debug)]
#[command(version)]
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
    let stack = Stack::open(config, &settings).await?;
    let live = Snapshot::read(&stack).await?;
    let changes = plan::changes(&stack, &live);
    plan::check_changeable(&changes)?;
    if args.dry_run {
        dry_run::show(&stack, &changes);
        return Ok(Exit::Done);
    }
    stack.begin()?;
    let applied = apply(&stack, live).await;
    stack.flush();
    applied?;
    duplicates::remove(&stack).await?;
    stack.end()?;
    Ok(Exit::Done)
}

/// Creates, updates or leaves each resource of the stack. A resource depends on
/// those to its left:
///
/// ```text
/// User pool ─┬─ Domain
///            ├─ User
///            └─ Resource server ─ App client ─┐
/// API ───────┬─ Stage                         ├─ Authorizer ─┐
///            ├────────────────────────────────┘              ├─ Route
///            ├──────────────── Permission                    │
/// Role ──────┼─ Function ─┬─── (Permission)                  │
///            │            └─── Integration (API too) ────────┘
///            └─ Role policy
/// Log group
/// ```
///
/// The branches of a `join_all!` run concurrently, each to completion, even if
/// another one fails. What a branch needs from another comes through a channel.
async fn apply(stack: &Stack, live: Snapshot) -> Result<()> {
    let (api_made, api) = watch::channel(None);
    let (function_made, function) = watch::channel(None);
    let (authorizer_made, authorizer_id) = watch::channel(None);
    let (integration_made, integration_id) = watch::channel(None);
    join_all!(
        sign_in(stack, &live, &api, authorizer_made),
        gateway(stack, &live, api_made),
        backend(stack, &live, function_made),
        async {
            let Some((api, function)) = both(&api, &function).await else {
                return Ok(());
            };
            join_all!(
                integration(stack, &live, &api, &function, integration_made),
                permission::ensure(stack, live.permission.clone(), &api),
            )?;
            Ok(())
        },
        async {
            let Some((integration_id, authorizer_id)) = both(&integration_id, &authorizer_id).await
            else {
                return Ok(());
            };
            let api = &received(&api).await.expect("its integration is there");
            route::ensure(
                stack,
                live.route.clone(),
                api,
                &integration_id,
                &authorizer_id,
            )
            .await
        },
    )?;
    match received(&api).await {
        Some(api) => readiness::wait_for_api(stack, &api).await,
        None => Ok(()),
    }
}

/// Ensures the function and what it needs. This starts at once, because IAM
/// takes seconds until a new role can be used.
async fn backend(
    stack: &Stack,
    live: &Snapshot,
    made: watch::Sender<Option<Function>>,
) -> Result<()> {
    join_all!(
        async {
            let role = role::ensure(stack, live.role.clone()).await?;
            join_all!(
                async {
                    let function = function::ensure(stack, live.function.clone(), &role).await?;
                    made.send_replace(Some(function.clone()));
                    function::wait_until_ready(stack, &function).await
                },
                role_policy::ensure(stack, live.role_policy.clone()),
            )
        },
        log_group::ensure(stack, live.log_group.clone()),
    )?;
    Ok(())
}

/// Ensures the API and its stage. AWS accepts one change of an API at a time.
async fn gateway(stack: &Stack, live: &Snapshot, made: watch::Sender<Option<Api>>) -> Result<()> {
    let api = api::ensure(stack, live.api.clone()).await?;
    made.send_replace(Some(api.clone()));
    stage::ensure(stack, live.stage.clone(), &api).await
}

/// Ensures the integration, through which the API calls the function.
async fn integration(
    stack: &Stack,
    live: &Snapshot,
    api: &Api,
    function: &Function,
    made: watch::Sender<Option<String>>,
) -> Result<()> {
    let id = integration::ensure(stack, live.integration.clone(), api, function).await?;
    made.send_replace(Some(id));
    Ok(())
}

/// Ensures the user pool, everything in it, and the authorizer that accepts its
/// tokens.
async fn sign_in(
    stack: &Stack,
    live: &Snapshot,
    api: &watch::Receiver<Option<Api>>,
    authorizer_made: watch::Sender<Option<String>>,
) -> Result<()> {
    let pool = &user_pool::ensure(stack, live.user_pool.clone()).await?;
    join_all!(
        async {
            resource_server::ensure(stack, live.resource_server.clone(), pool).await?;
            let client = app_client::ensure(stack, live.app_client.clone(), pool).await?;
            let Some(api) = received(api).await else {
                return Ok(());
            };
            let live = live.authorizer.clone();
            let id = authorizer::ensure(stack, live, &api, pool, &client).await?;
            authorizer_made.send_replace(Some(id));
            Ok(())
        },
        user::ensure(stack, live.user.clone(), pool),
        domain::ensure(stack, live.domain.clone(), pool),
    )?;
    Ok(())
}

/// Waits for another branch's value; `None` if it fails, which it reports itself.
async fn received<T: Clone>(from: &watch::Receiver<Option<T>>) -> Option<T> {
    let mut from = from.clone();
    let value = from.wait_for(Option::is_some).await.ok()?;
    value.clone()
}

/// Waits for the values of two other branches.
async fn both<A: Clone, B: Clone>(
    a: &watch::Receiver<Option<A>>,
    b: &watch::Receiver<Option<B>>,
) -> Option<(A, B)> {
    Some((received(a).await?, received(b).await?))
}
