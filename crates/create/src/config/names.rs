//! Names and fixed values of the stack, all in one place.

use aws_client::names;
use common::State;

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
/// The scopes that the route accepts: a token needs one of them.
pub(crate) const ROUTE_SCOPES: &[&str] = &["HelloAPI/hello.read", "HelloAPI/hello.write"];
/// Where the sign-in page redirects the browser; `tokens` listens there.
pub(crate) const CALLBACK_URL: &str = "http://localhost:8083/callback";
/// The test user's name.
pub(crate) const USERNAME: &str = "Testuser";
/// The test user's email address.
pub(crate) const EMAIL: &str = "testuser@example.com";
/// The authorizer's name.
pub(crate) const AUTHORIZER: &str = "MyAuthorizer";
/// The stage's name, the first part of the path in the API's URL.
pub(crate) const STAGE: &str = "dev";
/// The method of the only route.
pub(crate) const ROUTE_METHOD: &str = "GET";
/// The path of the only route.
pub(crate) const ROUTE_PATH: &str = "/hello";

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

    /// The route's key: `GET /hello`.
    pub(crate) fn route_key() -> String {
        format!("{ROUTE_METHOD} {ROUTE_PATH}")
    }

    /// Records the names and values, which are known before the first call.
    pub(crate) fn record(&self, state: &mut State) {
        let text = |text: &str| Some(text.to_owned());
        state.user_pool_name = Some(self.user_pool.clone());
        state.user_pool_username = text(USERNAME);
        state.user_pool_email = text(EMAIL);
        state.api_name = Some(self.api.clone());
        state.api_route_path = text(ROUTE_PATH);
        state.api_route_method = text(ROUTE_METHOD);
        state.lambda_function_name = Some(self.function.clone());
        state.lambda_role_name = Some(self.role.clone());
        state.api_stage_name = text(STAGE);
        let scope = |(name, description): (&str, &str)| (name.to_owned(), description.to_owned());
        state.api_scopes = Some(SCOPES.into_iter().map(scope).collect());
        state.terminal_app_callback_urls = Some(vec![CALLBACK_URL.to_owned()]);
        state.terminal_app_scopes = Some(
            APP_CLIENT_SCOPES
                .iter()
                .map(|&scope| scope.to_owned())
                .collect(),
        );
    }
}
