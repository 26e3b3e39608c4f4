//! Names and fixed values of the stack, all in one place.

use aws_client::names;
use common::State;

use crate::config::routes::{RouteRow, route};

/// The scopes of the resource server: name and description.
pub(crate) const SCOPES: [(&str, &str); 2] = [
    ("hello.read", "Allows read access to the hello API"),
    ("hello.write", "Allows writing"),
];
/// The resource server's identifier; the full name of a scope begins with it.
pub(crate) const RESOURCE_SERVER: &str = "HelloAPI";
/// The app client's name.
pub(crate) const APP_CLIENT: &str = "Terminal Application";
/// The scopes that the app client may request.
pub(crate) const APP_CLIENT_SCOPES: &[&str] =
    &["openid", "profile", "email", "HelloAPI/hello.read"];
/// The routes of the API: method, path, and the scopes of which a token needs one
/// (none: any valid token of the app client). `create` makes what stands here, and
/// removes the route of a row that was taken out. The function answers by method and
/// path. The first row is the one that `tokens` calls unless it is told another.
#[rustfmt::skip] // one route, one line
pub(crate) const ROUTES: &[RouteRow] = &[
    route("GET", "/hello", &["HelloAPI/hello.read", "HelloAPI/hello.write"]),
];
/// Where the sign-in page may redirect the browser with a code. `tokens` listens at the
/// first of this machine whose port is free. Others, of a web page for example, go
/// behind them; each is https, or http on localhost.
pub(crate) const CALLBACK_URLS: &[&str] = &[
    "http://localhost:8083/callback",
    "http://localhost:8084/callback",
    "http://localhost:18083/callback",
];
/// Where the sign-in page may redirect the browser after a logout. While this is empty,
/// what somebody has set by hand stays.
pub(crate) const LOGOUT_URLS: &[&str] = &[];
/// The web pages whose scripts may call the API (CORS), by origin, for example
/// `https://app.example.com`. While this is empty, what somebody has set by hand stays.
pub(crate) const ALLOWED_ORIGINS: &[&str] = &[];
/// The test user's name.
pub(crate) const USERNAME: &str = "Testuser";
/// The test user's email address.
pub(crate) const EMAIL: &str = "testuser@example.com";
/// The authorizer's name.
pub(crate) const AUTHORIZER: &str = "MyAuthorizer";
/// The stage's name, the first part of the path in the API's URL.
pub(crate) const STAGE: &str = "dev";

/// The names with `NAME_SUFFIX`, which lets several people share an account.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Names {
    /// `NAME_SUFFIX`, empty if it is not set.
    pub suffix: String,
    pub user_pool: String,
    pub api: String,
    pub function: String,
    pub role: String,
}

impl Names {
    /// The base names with `suffix` appended.
    pub(crate) fn new(suffix: &str) -> Names {
        let name = |name: &str| format!("{name}{suffix}");
        Names {
            suffix: suffix.to_owned(),
            user_pool: name(names::USER_POOL),
            api: name(names::API),
            function: name(names::FUNCTION),
            role: name(names::ROLE),
        }
    }

    /// Records the names and values, which are known before the first call.
    pub(crate) fn record(&self, state: &mut State) {
        let text = |text: &str| Some(text.to_owned());
        state.user_pool_name = Some(self.user_pool.clone());
        state.user_pool_username = text(USERNAME);
        state.user_pool_email = text(EMAIL);
        state.api_name = Some(self.api.clone());
        record_routes(state);
        state.lambda_function_name = Some(self.function.clone());
        state.lambda_role_name = Some(self.role.clone());
        state.api_stage_name = text(STAGE);
        let scope = |(name, description): (&str, &str)| (name.to_owned(), description.to_owned());
        state.api_scopes = Some(SCOPES.into_iter().map(scope).collect());
        state.terminal_app_callback_urls = Some(texts(CALLBACK_URLS));
        state.terminal_app_scopes = Some(texts(APP_CLIENT_SCOPES));
        // What was set before stays recorded until it is removed.
        if !LOGOUT_URLS.is_empty() {
            state.terminal_app_logout_urls = Some(texts(LOGOUT_URLS));
        }
        if !ALLOWED_ORIGINS.is_empty() {
            state.api_allowed_origins = Some(texts(ALLOWED_ORIGINS));
        }
    }
}

/// A list of this file, as the SDK and state.json take it.
pub(crate) fn texts(list: &[&str]) -> Vec<String> {
    list.iter().map(|&text| text.to_owned()).collect()
}

/// The full names of the scopes, as tokens have them.
pub(crate) fn full_scopes() -> Vec<String> {
    SCOPES
        .iter()
        .map(|(name, _)| format!("{RESOURCE_SERVER}/{name}"))
        .collect()
}

/// Records the table of routes. A row that is no longer in it stays recorded until its
/// route is removed.
fn record_routes(state: &mut State) {
    state.upgrade_routes();
    let routes = state.api_routes.get_or_insert_default();
    for row in ROUTES {
        routes.entry(row.key()).or_default().scopes = texts(row.scopes);
    }
    let first = &ROUTES[0];
    state.api_route_id = routes[&first.key()].id.clone();
    // The API's address ends with the path of the first row: it may be another one now.
    if let (Some(url), Some(path)) = (&state.api_url, &state.api_route_path)
        && let Some(stage) = url.strip_suffix(path.as_str())
    {
        state.api_url = Some(format!("{stage}{}", first.path));
    }
    state.api_route_path = Some(first.path.to_owned());
    state.api_route_method = Some(first.method.to_owned());
}
