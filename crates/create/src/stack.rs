//! The stack, resource by resource.

use crate::api::Api;
use crate::app_client::AppClient;
use crate::authorizer::Authorizer;
use crate::config::names::ROUTES;
use crate::domain::Domain;
use crate::function::Function;
use crate::integration::Integration;
use crate::log_group::LogGroup;
use crate::permission::Permission;
use crate::resource_server::ResourceServer;
use crate::role::Role;
use crate::role_policy::RolePolicy;
use crate::route::Route;
use crate::stage::Stage;
use crate::steps::Steps;
use crate::user::User;
use crate::user_pool::UserPool;

/// Lists the resources in the order of their output, each with those that it
/// refers to. A step begins when what it needs is made: the pool, the API and
/// the role at once, and whatever can run side by side does.
pub(crate) fn stack(steps: &mut Steps) {
    // Who can sign in, and who signs the tokens.
    let pool = steps.add::<UserPool>(());
    steps.add::<Domain>(&pool);
    let server = steps.add::<ResourceServer>(&pool);
    let client = steps.add::<AppClient>((&pool, &server));
    steps.add::<User>(&pool);

    // The API, which accepts the pool's tokens.
    let api = steps.add::<Api>(());
    let authorizer = steps.add::<Authorizer>((&api, &pool, &client));

    // The function, and what it may do. AWS takes several seconds to make a new
    // role known everywhere: most of a first run is spent waiting for that.
    let role = steps.add::<Role>(());
    steps.add::<RolePolicy>(&role);
    steps.add::<LogGroup>(());
    let function = steps.add::<Function>(&role);

    // How a request with a good token gets from the API to the function.
    for row in ROUTES {
        steps.add::<Permission>((row, &api, &function));
    }
    let integration = steps.add::<Integration>((&api, &function));
    for row in ROUTES {
        steps.add::<Route>((row, &api, &integration, &authorizer));
    }
    steps.add::<Stage>(&api);
}
