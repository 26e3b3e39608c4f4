//! What a run would do: the desired resources compared with the live ones.

pub(crate) mod dry_run;
pub(crate) mod snapshot;

use api_aws::names;
use api_core::{Failure, Result};

use self::snapshot::Snapshot;
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

/// Stands for an id that AWS has not given yet.
const NEW: &str = "(new)";

/// What a run would do to one resource.
#[derive(Debug)]
pub(crate) struct PlannedChange {
    /// The resource, for example `User Pool 'HelloUserPool'`.
    pub what: String,
    /// The operation that would make it.
    pub create: &'static str,
    /// What would be done.
    pub change: Change,
    /// Its properties that cannot be changed in place.
    immutable: &'static [&'static str],
}

impl PlannedChange {
    fn of<R: Resource>(
        what: String,
        desired: &R,
        live: Option<&Live<R::Id, R::Properties>>,
    ) -> PlannedChange {
        let change = live.map(|live| Change::of(desired.differences(live)));
        PlannedChange {
            what,
            create: R::CREATE,
            change: change.unwrap_or(Change::Created),
            immutable: R::IMMUTABLE,
        }
    }
}

/// What a run would do to each resource, in the order of the README's table.
pub(crate) fn changes(stack: &Stack, live: &Snapshot) -> Vec<PlannedChange> {
    let names = &stack.config.names;
    let pool = live.user_pool.as_ref().map(|it| it.id.clone());
    let pool = &pool.unwrap_or_else(|| UserPool::new(stack, NEW));
    let client = live.app_client.as_ref().map(|it| it.id.clone());
    let client = &client.unwrap_or_else(|| AppClient {
        client_id: NEW.to_owned(),
    });
    let api = live.api.as_ref().map(|it| it.id.clone());
    let api = &api.unwrap_or_else(|| api::Api {
        id: NEW.to_owned(),
        endpoint: NEW.to_owned(),
    });
    let role = live.role.as_ref().map(|it| it.id.clone());
    let role = &role.unwrap_or_else(|| Role {
        arn: NEW.to_owned(),
    });
    let function = live.function.as_ref().map(|it| it.id.clone());
    let function = &function.unwrap_or_else(|| Function {
        arn: NEW.to_owned(),
        ready: false,
    });
    let integration_id = live.integration.as_ref().map_or(NEW, |it| &it.id);
    let authorizer_id = live.authorizer.as_ref().map_or(NEW, |it| &it.id);
    let named = |what: &str, name: &str| format!("{what} '{name}'");
    vec![
        PlannedChange::of(
            named("User Pool", &names.user_pool),
            &user_pool::Desired { stack },
            live.user_pool.as_ref(),
        ),
        PlannedChange::of(
            named("Sign-in domain", &stack.config.domain_prefix),
            &domain::Desired { stack, pool },
            live.domain.as_ref(),
        ),
        PlannedChange::of(
            named("Resource Server", RESOURCE_SERVER),
            &resource_server::Desired { stack, pool },
            live.resource_server.as_ref(),
        ),
        PlannedChange::of(
            named("App Client", APP_CLIENT),
            &app_client::Desired { stack, pool },
            live.app_client.as_ref(),
        ),
        PlannedChange::of(
            named("User", USERNAME),
            &user::Desired { stack, pool },
            live.user.as_ref(),
        ),
        PlannedChange::of(
            named("HTTP API", &names.api),
            &api::Desired { stack },
            live.api.as_ref(),
        ),
        PlannedChange::of(
            named("Stage", STAGE),
            &stage::Desired { stack, api },
            live.stage.as_ref(),
        ),
        PlannedChange::of(
            named("Authorizer", AUTHORIZER),
            &authorizer::Desired {
                stack,
                api,
                pool,
                client,
            },
            live.authorizer.as_ref(),
        ),
        PlannedChange::of(
            named("Role", &names.role),
            &role::Desired { stack },
            live.role.as_ref(),
        ),
        PlannedChange::of(
            named("Policy", names::ROLE_POLICY),
            &role_policy::Desired { stack },
            live.role_policy.as_ref(),
        ),
        PlannedChange::of(
            named("Log group", &names::log_group(&names.function)),
            &log_group::Desired { stack },
            live.log_group.as_ref(),
        ),
        PlannedChange::of(
            named("Function", &names.function),
            &function::Desired { stack, role },
            live.function.as_ref(),
        ),
        PlannedChange::of(
            "Permission for API Gateway to invoke the function".to_owned(),
            &permission::Desired { stack, api },
            live.permission.as_ref(),
        ),
        PlannedChange::of(
            named("Integration with", &names.function),
            &integration::Desired {
                stack,
                api,
                function,
            },
            live.integration.as_ref(),
        ),
        PlannedChange::of(
            named("Route", &Names::route_key()),
            &route::Desired {
                stack,
                api,
                integration_id,
                authorizer_id,
            },
            live.route.as_ref(),
        ),
    ]
}

/// Checks that all that differs can be changed in place.
///
/// # Errors
/// Exit code 2, naming what cannot with its old and new value.
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
