//! The only place where SDK clients are made.

use std::sync::Arc;
use std::time::Duration;

use api_core::{Console, Failure, Result, Settings};
use aws_config::meta::region::RegionProviderChain;
use aws_config::profile::ProfileFileRegionProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{AppName, BehaviorVersion, Region, SdkConfig};
use aws_sdk_sts::config::SharedInterceptor;

use crate::credentials;
use crate::explain::Explain;
use crate::interceptors::{BeforeRetry, StopOnSignal};
use crate::retry::{AsDecided, Pauses, Retries};

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
    before_retry: BeforeRetry,
}

/// Makes one service's client with the rules that hold for all.
macro_rules! client {
    ($service:ident, $config:expr, $rules:expr) => {{
        use $service::config::retry::{RetryPartition, TokenBucket};
        let rules: &Rules = $rules;
        // The SDK would end retries once many have been needed.
        let retries_cost_nothing = RetryPartition::custom("retries")
            .token_bucket(TokenBucket::unlimited())
            .build();
        let mut builder = $service::config::Builder::from($config)
            .retry_partition(retries_cost_nothing)
            .retry_classifier(AsDecided)
            .sleep_impl(rules.pauses.clone())
            .interceptor(rules.retries.clone())
            .interceptor(StopOnSignal)
            .interceptor(rules.before_retry.clone());
        if let Some(explain) = &rules.explain {
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
    /// Exit code 2 without a region, without credentials, or with an
    /// `AWS_PROFILE` that is nowhere.
    pub async fn new(
        settings: &Settings,
        console: &Arc<Console>,
        recorded: Option<&str>,
    ) -> Result<Clients> {
        credentials::check_profile().await?;
        let region = region(settings, recorded).await?;
        let config = aws_config::defaults(BehaviorVersion::latest())
            .region(region.clone())
            .app_name(AppName::new("oidc-and-oauth2-on-aws").expect("a valid name"))
            .timeout_config(timeouts())
            .load()
            .await;
        let config = credentials::fetch(config).await?;
        let rules = Rules::new(console, settings.explain);
        Ok(Clients::of(&config, &region, &rules))
    }

    pub(crate) fn of(config: &SdkConfig, region: &Region, rules: &Rules) -> Clients {
        Clients {
            cognito: client!(aws_sdk_cognitoidentityprovider, config, rules),
            api_gateway: client!(aws_sdk_apigatewayv2, config, rules),
            lambda: client!(aws_sdk_lambda, config, rules),
            iam: client!(aws_sdk_iam, config, rules),
            logs: client!(aws_sdk_cloudwatchlogs, config, rules),
            sts: client!(aws_sdk_sts, config, rules),
            region: region.to_string(),
            before_retry: rules.before_retry.clone(),
        }
    }

    /// Has `hook` run before each further try of a call, with the name of its
    /// operation. If it fails, the call is not sent.
    pub fn before_retry(&self, hook: impl Fn(&str) -> Result<()> + Send + Sync + 'static) {
        self.before_retry.set(Box::new(hook));
    }
}

/// What holds for every call of every client.
pub(crate) struct Rules {
    retries: Retries,
    pauses: Pauses,
    before_retry: BeforeRetry,
    explain: Option<SharedInterceptor>,
}

impl Rules {
    /// Waits, and calls with `--explain`, are told on `console`.
    pub(crate) fn new(console: &Arc<Console>, explain: bool) -> Rules {
        let pauses = Pauses::default();
        Rules {
            retries: Retries::new(Arc::clone(console), pauses.clone()),
            pauses,
            before_retry: BeforeRetry::default(),
            explain: explain.then(|| SharedInterceptor::new(Explain::new(Arc::clone(console)))),
        }
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
