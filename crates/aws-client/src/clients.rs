//! The only place where SDK clients are created.

use std::sync::Arc;
use std::time::Duration;

use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::SharedInterceptor;
use common::{Console, Failure, Result, Settings};

use crate::explain::operations::Operations;
use crate::explain::{Explain, Operation};
use crate::interceptors::{BeforeRetry, StopOnSignal};
use crate::retry::{RetryClassifier, RetryInterceptor, RetrySleep};
use crate::{credentials, endpoint, http};

/// A client for each service, in one region of one account.
#[derive(Clone, Debug)]
pub struct Clients {
    /// Cognito user pools.
    pub cognito: aws_sdk_cognitoidentityprovider::Client,
    /// API Gateway, HTTP APIs.
    pub api_gateway: aws_sdk_apigatewayv2::Client,
    /// Lambda.
    pub lambda: aws_sdk_lambda::Client,
    /// Identity and Access Management.
    pub iam: aws_sdk_iam::Client,
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Security Token Service.
    pub sts: aws_sdk_sts::Client,
    /// The region of all of them.
    pub region: String,
    /// The endpoint of all of them; `None` for AWS itself.
    pub endpoint_url: Option<String>,
    before_retry: BeforeRetry,
    operations: Operations,
}

/// Creates the client of one service, with the settings common to all.
macro_rules! client {
    ($service:ident, $config:expr, $defaults:expr) => {{
        use $service::config::retry::{RetryPartition, TokenBucket};
        let defaults: &ClientDefaults = $defaults;
        // By default, the SDK ends retries once many have been needed.
        let retries_cost_nothing = RetryPartition::custom("retries")
            .token_bucket(TokenBucket::unlimited())
            .build();
        let mut builder = $service::config::Builder::from($config)
            .retry_partition(retries_cost_nothing)
            .retry_classifier(RetryClassifier)
            .sleep_impl(defaults.sleep.clone())
            .interceptor(defaults.retries.clone())
            .interceptor(StopOnSignal)
            .interceptor(defaults.before_retry.clone());
        // The one that was resolved for all services, whatever is set for this one.
        builder.set_endpoint_url($config.endpoint_url().map(str::to_owned));
        if let Some(explain) = &defaults.explain {
            builder.push_interceptor(SharedInterceptor::clone(explain));
        }
        $service::Client::from_conf(builder.build())
    }};
}

impl Clients {
    /// Creates the clients. The region is that of the settings, else of the
    /// profile, else `recorded`, the one in state.json. The only calls made are
    /// those that the credentials' source may need (SSO, an assumed role).
    /// With `--explain`, every call is narrated on `console`.
    ///
    /// # Errors
    /// Exit code 2 if there is no region, there are no credentials,
    /// `AWS_PROFILE` does not exist, or there is not one endpoint for all.
    pub async fn new(
        settings: &Settings,
        console: &Arc<Console>,
        recorded: Option<&str>,
    ) -> Result<Clients> {
        credentials::check_profile().await?;
        let region = region(settings, recorded).await?;
        let found = aws_config::defaults(BehaviorVersion::latest())
            .region(region.clone())
            .app_name(AppName::new("oidc-and-oauth2-on-aws").expect("a valid name"))
            .timeout_config(timeouts())
            .http_client(http::client()?)
            .load()
            .await;
        let endpoint_url = endpoint::resolve(&found, settings)?;
        let credentials = credentials::fetch(&found).await?;
        let mut config = found.into_builder().credentials_provider(credentials);
        config.set_endpoint_url(endpoint_url);
        let defaults = ClientDefaults::new(console, settings.explain);
        Ok(Clients::of(&config.build(), &region, &defaults))
    }

    pub(crate) fn of(config: &SdkConfig, region: &Region, defaults: &ClientDefaults) -> Clients {
        Clients {
            cognito: client!(aws_sdk_cognitoidentityprovider, config, defaults),
            api_gateway: client!(aws_sdk_apigatewayv2, config, defaults),
            lambda: client!(aws_sdk_lambda, config, defaults),
            iam: client!(aws_sdk_iam, config, defaults),
            logs: client!(aws_sdk_cloudwatchlogs, config, defaults),
            sts: client!(aws_sdk_sts, config, defaults),
            region: region.to_string(),
            endpoint_url: config.endpoint_url().map(str::to_owned),
            before_retry: defaults.before_retry.clone(),
            operations: defaults.operations.clone(),
        }
    }

    /// Where the calls go, in words.
    pub fn place(&self) -> &str {
        self.endpoint_url.as_deref().unwrap_or("AWS")
    }

    /// Runs `hook` before each retry of a call, with the name of its operation.
    /// If the hook fails, the call is not sent.
    pub fn before_retry(&self, hook: impl Fn(&str) -> Result<()> + Send + Sync + 'static) {
        self.before_retry.set(Box::new(hook));
    }

    /// Adds operations to those that `--explain` can explain.
    pub fn explain(&self, operations: &[Operation]) {
        self.operations.add(operations);
    }
}

/// Settings common to all clients.
pub(crate) struct ClientDefaults {
    retries: RetryInterceptor,
    sleep: RetrySleep,
    before_retry: BeforeRetry,
    operations: Operations,
    explain: Option<SharedInterceptor>,
}

impl ClientDefaults {
    /// Waits, and calls with `--explain`, are shown on `console`.
    pub(crate) fn new(console: &Arc<Console>, explain: bool) -> ClientDefaults {
        let sleep = RetrySleep::default();
        let operations = Operations::default();
        let interceptor = || Explain::new(Arc::clone(console), operations.clone());
        ClientDefaults {
            retries: RetryInterceptor::new(Arc::clone(console), sleep.clone()),
            sleep,
            before_retry: BeforeRetry::default(),
            explain: explain.then(|| SharedInterceptor::new(interceptor())),
            operations,
        }
    }
}

/// Long enough for AWS's slowest responses here, short enough to notice a dead
/// connection.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build()
}

/// Finds the region. The SDK's default chain would also ask a virtual machine's
/// metadata service, which takes seconds if there is none.
async fn region(settings: &Settings, recorded: Option<&str>) -> Result<Region> {
    let chain = RegionProviderChain::first_try(settings.region.clone().map(Region::new))
        .or_else(ProfileFileRegionProvider::builder().build())
        .or_else(recorded.map(|region| Region::new(region.to_owned())));
    chain.region().await.ok_or_else(|| {
        Failure::usage("No AWS region is set")
            .with_hint("set AWS_DEFAULT_REGION in .env, for example AWS_DEFAULT_REGION=us-east-1, or run 'make'")
    })
}
