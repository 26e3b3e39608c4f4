//! Lists the resources of an account, with plain listing calls.

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_apigatewayv2 as apigateway;
use aws_sdk_cloudwatchlogs as logs;
use aws_sdk_cognitoidentityprovider as cognito;
use aws_sdk_iam as iam;
use aws_sdk_lambda as lambda;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use cognito::config::{Credentials, SharedCredentialsProvider};

/// The names of everything in an account that the programs could have created.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Inventory {
    /// User pools.
    pub user_pools: Vec<String>,
    /// Sign-in domains of the user pools.
    pub domains: Vec<String>,
    /// Resource servers with scopes: `HelloAPI: hello.read hello.write`.
    pub resource_servers: Vec<String>,
    /// App clients.
    pub app_clients: Vec<String>,
    /// Users with their status: `Testuser: CONFIRMED`.
    pub users: Vec<String>,
    /// HTTP APIs.
    pub apis: Vec<String>,
    /// Authorizers.
    pub authorizers: Vec<String>,
    /// Integrations, by type.
    pub integrations: Vec<String>,
    /// Routes with their scopes.
    pub routes: Vec<String>,
    /// Stages.
    pub stages: Vec<String>,
    /// Functions with their runtime: `EchoFunction: provided.al2023`.
    pub functions: Vec<String>,
    /// The Sids of the statements in the functions' policies.
    pub permissions: Vec<String>,
    /// Roles with their inline policies, then the attached ones.
    pub roles: Vec<String>,
    /// Log groups with their retention in days.
    pub log_groups: Vec<String>,
}

/// SDK configuration for `account` in the local cloud at `url`.
pub async fn config(url: &str, account: &str) -> SdkConfig {
    let credentials = Credentials::new(account, "test", None, None, "tests");
    // Unlike the SDK's default client, this one asks no proxy.
    let direct = aws_smithy_http_client::Builder::new()
        .tls_provider(Provider::rustls(CryptoMode::AwsLc))
        .build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .region(Region::new("us-east-1"))
        .endpoint_url(url)
        .http_client(direct)
        .credentials_provider(SharedCredentialsProvider::new(credentials))
        .load()
        .await
}

impl Inventory {
    /// Lists everything in the account.
    pub async fn read(url: &str, account: &str) -> Inventory {
        let config = config(url, account).await;
        let mut inventory = Inventory::default();
        inventory.read_cognito(&cognito::Client::new(&config)).await;
        inventory
            .read_api_gateway(&apigateway::Client::new(&config))
            .await;
        inventory.read_lambda(&lambda::Client::new(&config)).await;
        inventory.read_iam(&iam::Client::new(&config)).await;
        inventory.read_logs(&logs::Client::new(&config)).await;
        inventory
    }

    async fn read_cognito(&mut self, cognito: &cognito::Client) {
        let pools = cognito.list_user_pools().max_results(60).send().await;
        for pool in pools.expect("ListUserPools").user_pools() {
            let id = pool.id().expect("an id");
            self.user_pools.push(pool.name().expect("a name").into());
            let described = cognito
                .describe_user_pool()
                .user_pool_id(id)
                .send()
                .await
                .expect("DescribeUserPool")
                .user_pool;
            self.domains.extend(described.expect("a pool").domain);
            self.read_pool(cognito, id).await;
        }
    }

    async fn read_pool(&mut self, cognito: &cognito::Client, id: &str) {
        let call = cognito.list_resource_servers().user_pool_id(id);
        let servers = call.max_results(50).send().await;
        for server in servers.expect("ListResourceServers").resource_servers() {
            let scopes = server
                .scopes()
                .iter()
                .map(|scope| scope.scope_name())
                .collect::<Vec<_>>()
                .join(" ");
            let identifier = server.identifier().expect("an identifier");
            self.resource_servers
                .push(format!("{identifier}: {scopes}"));
        }
        let call = cognito.list_user_pool_clients().user_pool_id(id);
        let clients = call.max_results(60).send().await;
        for client in clients.expect("ListUserPoolClients").user_pool_clients() {
            let name = client.client_name().expect("a name");
            self.app_clients.push(name.into());
        }
        let users = cognito.list_users().user_pool_id(id).send().await;
        for user in users.expect("ListUsers").users() {
            let status = user.user_status().expect("a status").as_str();
            let name = user.username().expect("a name");
            self.users.push(format!("{name}: {status}"));
        }
    }

    async fn read_api_gateway(&mut self, gateway: &apigateway::Client) {
        for api in gateway.get_apis().send().await.expect("GetApis").items() {
            let id = api.api_id().expect("an id");
            self.apis.push(api.name().expect("a name").into());
            let answer = gateway.get_authorizers().api_id(id).send().await;
            let items = answer.expect("GetAuthorizers").items.unwrap_or_default();
            self.authorizers
                .extend(items.into_iter().filter_map(|authorizer| authorizer.name));
            let answer = gateway.get_integrations().api_id(id).send().await;
            for integration in answer.expect("GetIntegrations").items() {
                let kind = integration.integration_type().expect("a type");
                self.integrations.push(kind.as_str().to_owned());
            }
            let answer = gateway.get_routes().api_id(id).send().await;
            for route in answer.expect("GetRoutes").items() {
                let scopes = route.authorization_scopes().join(" ");
                let key = route.route_key().expect("a key");
                self.routes.push(format!("{key}: {scopes}"));
            }
            self.routes.sort();
            let answer = gateway.get_stages().api_id(id).send().await;
            let items = answer.expect("GetStages").items.unwrap_or_default();
            self.stages
                .extend(items.into_iter().filter_map(|stage| stage.stage_name));
        }
    }

    async fn read_lambda(&mut self, lambda: &lambda::Client) {
        let functions = lambda.list_functions().send().await;
        for function in functions.expect("ListFunctions").functions() {
            let name = function.function_name().expect("a name");
            let runtime = function.runtime().expect("a runtime").as_str();
            self.functions.push(format!("{name}: {runtime}"));
            if let Ok(policy) = lambda.get_policy().function_name(name).send().await {
                let policy: serde_json::Value =
                    serde_json::from_str(policy.policy().expect("a policy")).expect("JSON");
                let statements = policy["Statement"].as_array().expect("statements");
                let ids = statements
                    .iter()
                    .filter_map(|statement| statement["Sid"].as_str());
                self.permissions.extend(ids.map(str::to_owned));
                // Those of several routes are made side by side.
                self.permissions.sort();
            }
        }
    }

    async fn read_iam(&mut self, iam: &iam::Client) {
        for role in iam.list_roles().send().await.expect("ListRoles").roles() {
            let name = role.role_name();
            let call = iam.list_attached_role_policies().role_name(name);
            let attached = call.send().await.expect("ListAttachedRolePolicies");
            let call = iam.list_role_policies().role_name(name);
            let own = call.send().await.expect("ListRolePolicies");
            let own_names = own.policy_names().iter().map(String::as_str);
            let attached_names = attached
                .attached_policies()
                .iter()
                .filter_map(|policy| policy.policy_name());
            let policies: Vec<_> = own_names.chain(attached_names).collect();
            self.roles.push(format!("{name}: {}", policies.join(" ")));
        }
    }

    async fn read_logs(&mut self, logs: &logs::Client) {
        let groups = logs.describe_log_groups().send().await;
        for group in groups.expect("DescribeLogGroups").log_groups() {
            let days = group.retention_in_days().unwrap_or_default();
            let name = group.log_group_name().expect("a name");
            self.log_groups.push(format!("{name}: {days}"));
        }
    }

    /// Whether the account has none of these resources.
    pub fn is_empty(&self) -> bool {
        *self == Inventory::default()
    }
}

/// All messages in the function's log group.
pub(crate) async fn function_log(url: &str, account: &str) -> String {
    let logs = logs::Client::new(&config(url, account).await);
    let call = logs.filter_log_events();
    let call = call.log_group_name("/aws/lambda/EchoFunction");
    let answer = call.send().await.expect("FilterLogEvents");
    let events = answer.events().iter();
    events.filter_map(|event| event.message()).collect()
}
