//! The only place where SDK clients are made.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Failure, Result, Settings};
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::{ProvideCredentials, SharedInterceptor};

use crate::error::chain;
use crate::explain::Explain;
use crate::interceptors::{CreateOnce, StopOnSignal};
use crate::retry::{TryAgainLater, sdk_retries};

/// A client of each service, in one region of one account.
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
}

/// Makes one service's client with the rules that hold for all.
macro_rules! client {
    ($service:ident, $config:expr, $explain:expr) => {{
        let mut builder = $service::config::Builder::from($config)
            .retry_classifier(TryAgainLater)
            .interceptor(StopOnSignal)
            .interceptor(CreateOnce);
        if let Some(explain) = $explain {
            builder.push_interceptor(SharedInterceptor::clone(explain));
        }
        $service::Client::from_conf(builder.build())
    }};
}

impl Clients {
    /// Makes the clients. Region: the settings', else the profile's, else
    /// `recorded`, the one in state.json. Calls nothing but what the
    /// credentials' own source may need (SSO, an assumed role). With
    /// `--explain` every call is told on `console`.
    ///
    /// # Errors
    /// Exit code 2 without a region, or without credentials.
    pub async fn new(
        settings: &Settings,
        console: &Arc<Console>,
        recorded: Option<&str>,
    ) -> Result<Clients> {
        let region = region(settings, recorded).await?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(region.clone())
            .app_name(AppName::new("oidc-and-oauth2-on-aws").expect("a valid name"))
            .timeout_config(timeouts())
            .retry_config(sdk_retries())
            .load()
            .await;
        check_credentials(&config).await?;
        let explain = settings
            .explain
            .then(|| SharedInterceptor::new(Explain::new(Arc::clone(console))));
        let explain = explain.as_ref();
        Ok(Clients {
            cognito: client!(aws_sdk_cognitoidentityprovider, &config, explain),
            api_gateway: client!(aws_sdk_apigatewayv2, &config, explain),
            lambda: client!(aws_sdk_lambda, &config, explain),
            iam: client!(aws_sdk_iam, &config, explain),
            logs: client!(aws_sdk_cloudwatchlogs, &config, explain),
            sts: client!(aws_sdk_sts, &config, explain),
            region: region.to_string(),
        })
    }
}

/// Long enough for AWS's slowest answers here, short enough to see a dead line.
fn timeouts() -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(Duration::from_secs(5))
        .operation_attempt_timeout(Duration::from_secs(20))
        .build()
}

/// The default chain would also ask the metadata service of a virtual machine,
/// which takes seconds where there is none.
async fn region(settings: &Settings, recorded: Option<&str>) -> Result<Region> {
    let chain = RegionProviderChain::first_try(settings.region.clone().map(Region::new))
        .or_else(ProfileFileRegionProvider::builder().build())
        .or_else(recorded.map(|region| Region::new(region.to_owned())));
    chain.region().await.ok_or_else(|| {
        Failure::usage("No AWS region is set")
            .with_hint("set AWS_DEFAULT_REGION in .env, for example AWS_DEFAULT_REGION=us-east-1, or run 'make'")
    })
}

async fn check_credentials(config: &SdkConfig) -> Result<()> {
    let missing = |why: String| {
        Failure::usage(format!("No AWS credentials: {why}")).with_hint(
            "set AWS_PROFILE in .env, or sign in ('aws configure', 'aws sso login'); without an AWS account, 'make demo' shows everything on the local cloud",
        )
    };
    let provider = config
        .credentials_provider()
        .ok_or_else(|| missing("no source of credentials is set up".into()))?;
    match provider.provide_credentials().await {
        Ok(_) => Ok(()),
        Err(error) => Err(missing(chain(&error))),
    }
}
