//! Changes to a live stack by hand, as a person makes them in AWS's console.

use e2e::TestEnv;

/// Clients that bypass the proxy, and the ids in state.json.
#[derive(Debug)]
pub(super) struct LiveStack {
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    pub gateway: aws_sdk_apigatewayv2::Client,
    pub lambda: aws_sdk_lambda::Client,
    pub iam: aws_sdk_iam::Client,
    pub logs: aws_sdk_cloudwatchlogs::Client,
    state: serde_json::Value,
    runtime: tokio::runtime::Runtime,
}

impl LiveStack {
    /// Reads the ids of the current stack.
    pub(super) fn new(env: &TestEnv) -> LiveStack {
        let config = env.sdk_config();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build();
        LiveStack {
            cognito: aws_sdk_cognitoidentityprovider::Client::new(&config),
            gateway: aws_sdk_apigatewayv2::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            iam: aws_sdk_iam::Client::new(&config),
            logs: aws_sdk_cloudwatchlogs::Client::new(&config),
            state: env.state(),
            runtime: runtime.expect("a runtime"),
        }
    }

    /// Makes a call, which must succeed.
    #[track_caller]
    pub(super) fn call<T, E: std::fmt::Debug>(
        &self,
        call: impl Future<Output = Result<T, E>>,
    ) -> T {
        self.runtime.block_on(call).expect("AWS takes the call")
    }

    /// An id in state.json.
    pub(super) fn id(&self, key: &str) -> &str {
        let id = self.state[key].as_str();
        id.unwrap_or_else(|| panic!("no {key} in {:#}", self.state))
    }

    /// The user pool's id.
    pub(super) fn pool(&self) -> &str {
        self.id("user_pool_id")
    }

    /// The API's id.
    pub(super) fn api(&self) -> &str {
        self.id("api_id")
    }
}

/// A resource as `--dry-run` names it, and a change to it by hand that returns
/// the difference as `create` must word it. `{sha}` stands for the hash of the
/// function's code.
pub(super) type Row = (&'static str, fn(&LiveStack) -> String);

/// The function's name.
pub(super) const FUNCTION: &str = "EchoFunction";
/// The function's log group.
pub(super) const LOG_GROUP: &str = "/aws/lambda/EchoFunction";
/// The role's name.
pub(super) const ROLE: &str = "APIGatewayLambdaRole";
/// The role's inline policy.
pub(super) const ROLE_POLICY: &str = "WriteOwnLogGroup";
/// The Sid of the permission of `GET /hello`.
pub(super) const PERMISSION: &str = "AllowInvokeFromApi-GET-hello";
/// AWS's managed policy for functions: the role's permissions boundary.
pub(super) const BASIC_EXECUTION: &str =
    "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
