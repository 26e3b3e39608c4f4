//! The routes, also those of a file that an earlier version wrote.

use std::collections::BTreeMap;

use super::model::State;
use super::route::Route;

impl State {
    /// The key of the first route, for example `GET /hello`.
    pub fn first_route(&self) -> Option<String> {
        let (method, path) = (&self.api_route_method, &self.api_route_path);
        Some(format!("{} {}", method.as_ref()?, path.as_ref()?))
    }

    /// The routes by their keys. In a file of an earlier version, or of the Python
    /// scripts, that is one, open to each of the API's own scopes.
    pub fn routes(&self) -> BTreeMap<String, Route> {
        if let Some(routes) = &self.api_routes {
            return routes.clone();
        }
        let route = Route {
            id: self.api_route_id.clone(),
            scopes: self.custom_scopes(),
        };
        let key = self.first_route();
        key.into_iter().map(|key| (key, route.clone())).collect()
    }

    /// Records the only route of a file of an earlier version as one of several, and
    /// the calls that were made for it.
    pub fn upgrade_routes(&mut self) {
        let (None, Some(key)) = (&self.api_routes, self.first_route()) else {
            return;
        };
        for operation in ["CreateRoute", "AddPermission"] {
            for calls in [&mut self.under_way, &mut self.lost_calls] {
                calls.rename(operation, format!("{operation} {key}"));
            }
        }
        self.api_routes = Some(self.routes());
    }

    /// The scopes of the resource server, as requests and tokens name them.
    pub fn custom_scopes(&self) -> Vec<String> {
        let id = self.user_pool_resource_server_id.as_deref();
        let server = id.or(self.api_name.as_deref()).unwrap_or_default();
        let names = self.api_scopes.iter().flatten().map(|(name, _)| name);
        names.map(|name| format!("{server}/{name}")).collect()
    }
}
