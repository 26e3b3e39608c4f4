//! What a run would do, computed from what is wanted and what is there.

use api_aws::names;
use api_core::{Failure, Result};

use crate::app_client::AppClient;
use crate::change::Change;
use crate::function::Function;
use crate::names::{APP_CLIENT, AUTHORIZER, Names, RESOURCE_SERVER, STAGE, USERNAME};
use crate::resource::{Live, Resource};
use crate::role::Role;
use crate::snapshot::Snapshot;
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
pub(crate) struct Planned {
    /// The resource, for example `User Pool 'HelloUserPool'`.
    pub what: String,
    /// The operation that would make it.
    pub create: &'static str,
    /// What would be done.
    pub change: Change,
    /// Its properties that cannot be changed in place.
    fixed: &'static [&'static str],
}

impl Planned {
    fn of<R: Resource>(
        what: String,
        wanted: &R,
        live: Option<&Live<R::Id, R::Properties>>,
    ) -> Planned {
        let change = live.map(|live| Change::of(wanted.differences(live)));
        Planned {
            what,
            create: R::CREATE,
            change: change.unwrap_or(Change::Created),
            fixed: R::FIXED,
        }
    }
}

/// What a run would do to each resource, in the order of the README's table.
pub(crate) fn planned(stack: &Stack, live: &Snapshot) -> Vec<Planned> {
    let names = &stack.plan.names;
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
        Planned::of(
            named("User Pool", &names.user_pool),
            &user_pool::Wanted { stack },
            live.user_pool.as_ref(),
        ),
        Planned::of(
            named("Sign-in domain", &stack.plan.domain_prefix),
            &domain::Wanted { stack, pool },
            live.domain.as_ref(),
        ),
        Planned::of(
            named("Resource Server", RESOURCE_SERVER),
            &resource_server::Wanted { stack, pool },
            live.resource_server.as_ref(),
        ),
        Planned::of(
            named("App Client", APP_CLIENT),
            &app_client::Wanted { stack, pool },
            live.app_client.as_ref(),
        ),
        Planned::of(
            named("User", USERNAME),
            &user::Wanted { stack, pool },
            live.user.as_ref(),
        ),
        Planned::of(
            named("HTTP API", &names.api),
            &api::Wanted { stack },
            live.api.as_ref(),
        ),
        Planned::of(
            named("Stage", STAGE),
            &stage::Wanted { stack, api },
            live.stage.as_ref(),
        ),
        Planned::of(
            named("Authorizer", AUTHORIZER),
            &authorizer::Wanted {
                stack,
                api,
                pool,
                client,
            },
            live.authorizer.as_ref(),
        ),
        Planned::of(
            named("Role", &names.role),
            &role::Wanted { stack },
            live.role.as_ref(),
        ),
        Planned::of(
            named("Policy", names::ROLE_POLICY),
            &role_policy::Wanted { stack },
            live.role_policy.as_ref(),
        ),
        Planned::of(
            named("Log group", &names::log_group(&names.function)),
            &log_group::Wanted { stack },
            live.log_group.as_ref(),
        ),
        Planned::of(
            named("Function", &names.function),
            &function::Wanted { stack, role },
            live.function.as_ref(),
        ),
        Planned::of(
            "Permission for API Gateway to invoke the function".to_owned(),
            &permission::Wanted { stack, api },
            live.permission.as_ref(),
        ),
        Planned::of(
            named("Integration with", &names.function),
            &integration::Wanted {
                stack,
                api,
                function,
            },
            live.integration.as_ref(),
        ),
        Planned::of(
            named("Route", &Names::route_key()),
            &route::Wanted {
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
pub(crate) fn check_changeable(planned: &[Planned]) -> Result<()> {
    let found = planned.iter().find_map(|resource| {
        let Change::Updated(differences) = &resource.change else {
            return None;
        };
        let mut fixed = differences.iter();
        let difference = fixed.find(|it| resource.fixed.contains(&&*it.property))?;
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
