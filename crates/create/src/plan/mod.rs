//! What a run would do: the desired resources compared with the live ones.

pub(crate) mod dry_run;
pub(crate) mod snapshot;

use aws_client::names::{ROLE_POLICY, log_group as log_group_name};
use common::{Failure, Result};

use self::snapshot::Snapshot;
use crate::api::Api;
use crate::app_client::AppClient;
use crate::config::names::{APP_CLIENT, AUTHORIZER, Names, RESOURCE_SERVER, STAGE, USERNAME};
use crate::function::Function;
use crate::resource::change::Change;
use crate::resource::{Live, Resource};
use crate::role::Role;
use crate::stack::Stack;
use crate::user_pool::UserPool;
use crate::{
    api, app_client, authorizer, domain, function, integration, log_group, permission,
    resource_server, role, role_policy, route, stage, user, user_pool,
};

/// Placeholder for an id that AWS has not assigned yet.
const NEW: &str = "(new)";

/// What a run would do to one resource.
#[derive(Debug)]
pub(crate) struct PlannedChange {
    /// The resource, for example `User Pool 'HelloUserPool'`.
    pub what: String,
    /// The AWS operation that would create it.
    pub create: &'static str,
    /// What would be done.
    pub change: Change,
    /// Its properties that cannot be changed in place.
    immutable: &'static [&'static str],
}

/// What a run would do to each resource, in the order of the README's table.
pub(crate) fn changes(stack: &Stack, live: &Snapshot) -> Vec<PlannedChange> {
    let ids = Ids::new(stack, live);
    let groups = [
        sign_in(stack, live, &ids),
        gateway(stack, live, &ids),
        backend(stack, live, &ids),
        connection(stack, live, &ids),
    ];
    groups.into_iter().flatten().collect()
}

/// The ids by which resources refer to each other: the live ones, or [`NEW`].
struct Ids {
    pool: UserPool,
    client: AppClient,
    api: Api,
    role: Role,
    function: Function,
    integration: String,
    authorizer: String,
}

impl Ids {
    fn new(stack: &Stack, live: &Snapshot) -> Ids {
        let new = || NEW.to_owned();
        Ids {
            pool: id(&live.user_pool).unwrap_or_else(|| UserPool::new(stack, NEW)),
            client: id(&live.app_client).unwrap_or_else(|| AppClient { client_id: new() }),
            api: id(&live.api).unwrap_or_else(|| Api {
                id: new(),
                endpoint: new(),
            }),
            role: id(&live.role).unwrap_or_else(|| Role { arn: new() }),
            function: id(&live.function).unwrap_or_else(|| Function {
                arn: new(),
                ready: false,
            }),
            integration: id(&live.integration).unwrap_or_else(new),
            authorizer: id(&live.authorizer).unwrap_or_else(new),
        }
    }
}

fn id<I: Clone, P>(live: &Option<Live<I, P>>) -> Option<I> {
    live.as_ref().map(|live| live.id.clone())
}

/// The user pool and everything in it.
fn sign_in(stack: &Stack, live: &Snapshot, ids: &Ids) -> Vec<PlannedChange> {
    let (config, pool) = (&stack.config, &ids.pool);
    let what = named("User Pool", &config.names.user_pool);
    let pool_change = change(what, &user_pool::Desired { stack }, &live.user_pool);
    let what = named("Sign-in domain", &config.domain_prefix);
    let domain = change(what, &domain::Desired { stack, pool }, &live.domain);
    let what = named("Resource Server", RESOURCE_SERVER);
    let desired = resource_server::Desired { stack, pool };
    let server = change(what, &desired, &live.resource_server);
    let what = named("App Client", APP_CLIENT);
    let client = change(what, &app_client::Desired { stack, pool }, &live.app_client);
    let what = named("User", USERNAME);
    let user = change(what, &user::Desired { stack, pool }, &live.user);
    vec![pool_change, domain, server, client, user]
}

/// The API, its stage and its authorizer.
fn gateway(stack: &Stack, live: &Snapshot, ids: &Ids) -> Vec<PlannedChange> {
    let Ids {
        api, pool, client, ..
    } = ids;
    let what = named("HTTP API", &stack.config.names.api);
    let api_change = change(what, &api::Desired { stack }, &live.api);
    let what = named("Stage", STAGE);
    let stage = change(what, &stage::Desired { stack, api }, &live.stage);
    let desired = authorizer::Desired {
        stack,
        api,
        pool,
        client,
    };
    let authorizer = change(named("Authorizer", AUTHORIZER), &desired, &live.authorizer);
    vec![api_change, stage, authorizer]
}

/// The function and what it needs.
fn backend(stack: &Stack, live: &Snapshot, ids: &Ids) -> Vec<PlannedChange> {
    let (names, role) = (&stack.config.names, &ids.role);
    let what = named("Role", &names.role);
    let role_change = change(what, &role::Desired { stack }, &live.role);
    let what = named("Policy", ROLE_POLICY);
    let policy = change(what, &role_policy::Desired { stack }, &live.role_policy);
    let what = named("Log group", &log_group_name(&names.function));
    let group = change(what, &log_group::Desired { stack }, &live.log_group);
    let what = named("Function", &names.function);
    let function = change(what, &function::Desired { stack, role }, &live.function);
    vec![role_change, policy, group, function]
}

/// What lets the API call the function: permission, integration and route.
fn connection(stack: &Stack, live: &Snapshot, ids: &Ids) -> Vec<PlannedChange> {
    let (api, function) = (&ids.api, &ids.function);
    let what = "Permission for API Gateway to invoke the function".to_owned();
    let permission = change(what, &permission::Desired { stack, api }, &live.permission);
    let what = named("Integration with", &stack.config.names.function);
    let desired = integration::Desired {
        stack,
        api,
        function,
    };
    let integration = change(what, &desired, &live.integration);
    let desired = route::Desired {
        stack,
        api,
        integration_id: &ids.integration,
        authorizer_id: &ids.authorizer,
    };
    let route = change(named("Route", &Names::route_key()), &desired, &live.route);
    vec![permission, integration, route]
}

fn named(what: &str, name: &str) -> String {
    format!("{what} '{name}'")
}

fn change<R: Resource>(
    what: String,
    desired: &R,
    live: &Option<Live<R::Id, R::Properties>>,
) -> PlannedChange {
    let change = live
        .as_ref()
        .map(|live| Change::of(desired.differences(live)));
    PlannedChange {
        what,
        create: R::CREATE,
        change: change.unwrap_or(Change::Created),
        immutable: R::IMMUTABLE,
    }
}

/// Checks that every difference can be changed in place.
///
/// # Errors
/// Exit code 2, naming the first one that cannot, with both values.
pub(crate) fn check_changeable(changes: &[PlannedChange]) -> Result<()> {
    let found = changes.iter().find_map(|resource| {
        let Change::Updated(differences) = &resource.change else {
            return None;
        };
        let mut immutable = differences.iter();
        let difference = immutable.find(|it| resource.immutable.contains(&&*it.property))?;
        Some((resource, difference))
    });
    match found {
        None => Ok(()),
        Some((resource, difference)) => Err(Failure::usage(format!(
            "{} cannot be changed in place: {difference}",
            resource.what
        ))
        .with_hint("set it back, or run 'make delete' and 'make api' to make the stack anew")),
    }
}
