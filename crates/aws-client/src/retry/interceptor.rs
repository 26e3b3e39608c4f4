//! Whether a failed call is retried.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    FinalizerInterceptorContextRef, InterceptorContext,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::retries::classifiers::{
    ClassifyRetry, RetryAction, RetryClassifierPriority,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::DateTime;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use aws_smithy_types::date_time::Format;
use aws_smithy_types::endpoint::Endpoint;
use aws_smithy_types::retry::RetryConfig;
use common::console::WaitNotice;
use common::{Console, loopback};

use super::sleep::{Pause, RetrySleep, Wait};
use super::throttle::ThrottleReason;
use crate::error::{Kind, kind};
use crate::interceptors::{attempt, operation};

/// How often a call is sent if its responses are lost. The 7 pauses double from
/// 0.2 s to 5 s, with jitter.
const MAX_LOST: u32 = 8;

/// Decides after each attempt of each call:
///
/// | the attempt failed with | retries |
/// |---|---|
/// | a refusal for now, without effect | for up to 30 minutes |
/// | no response, or a server error | at most 7; none if the call creates |
/// | no connection | the same; none to a loopback address |
/// | anything else | none |
///
/// A call that creates is not sent again after a lost response, as that could
/// create a second pool or API: the caller first looks for an existing one.
#[derive(Clone, Debug)]
pub(crate) struct RetryInterceptor {
    console: Arc<Console>,
    sleep: RetrySleep,
}

/// The failed attempts of one call so far.
#[derive(Clone, Debug, Default)]
struct Tries {
    lost: u32,
    wait: Option<Wait>,
}

impl Storable for Tries {
    type Storer = StoreReplace<Tries>;
}

impl RetryInterceptor {
    /// Waits are shown on `console` and performed by `sleep`.
    pub(crate) fn new(console: Arc<Console>, sleep: RetrySleep) -> RetryInterceptor {
        RetryInterceptor { console, sleep }
    }

    /// The pause before the next attempt, if there is one.
    fn decide(&self, failed: &Failed, tries: &mut Tries) -> Option<Pause> {
        let again = || !creates(failed.operation);
        match failed.kind {
            Kind::TryLater => self.wait(failed, tries),
            Kind::Lost if again() => back_off(tries),
            Kind::Unreachable if again() && !failed.loopback => back_off(tries),
            _ => None,
        }
    }

    fn wait(&self, failed: &Failed, tries: &mut Tries) -> Option<Pause> {
        let reason = if kind::is_busy(failed.response?) {
            ThrottleReason::Busy
        } else {
            ThrottleReason::Quota
        };
        let wait = tries.wait.get_or_insert_with(|| {
            let what = reason.describe(failed.operation);
            Wait::new(WaitNotice::new(Arc::clone(&self.console), what))
        });
        let asked = retry_after(failed.response?);
        let length = reason.pause(wait.waited(), asked, &mut rand::rng())?;
        Some(Pause {
            length,
            wait: Some(wait.clone()),
        })
    }
}

fn back_off(tries: &mut Tries) -> Option<Pause> {
    tries.lost += 1;
    let doubled = Duration::from_millis(200) * 2_u32.pow(tries.lost - 1);
    let length = doubled.min(Duration::from_secs(5));
    (tries.lost < MAX_LOST).then(|| Pause {
        length: length.mul_f64(rand::random()),
        wait: None,
    })
}

/// Whether a retry could create a duplicate, or find what the first created.
fn creates(operation: &str) -> bool {
    operation.starts_with("Create") || matches!(operation, "AdminCreateUser" | "AddPermission")
}

/// A failed attempt.
#[derive(Debug)]
struct Failed<'a> {
    operation: &'a str,
    kind: Kind,
    loopback: bool,
    response: Option<&'a HttpResponse>,
}

/// The header `Retry-After` (RFC 9110, section 10.2.3): seconds, or a date.
fn retry_after(response: &HttpResponse) -> Option<Duration> {
    let value = response.headers().get("retry-after")?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = DateTime::from_str(value, Format::HttpDate).ok()?;
    SystemTime::try_from(date)
        .ok()?
        .duration_since(SystemTime::now())
        .ok()
}

impl Intercept for RetryInterceptor {
    fn name(&self) -> &'static str {
        "Retries"
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(Err(error)) = context.output_or_error() else {
            return Ok(());
        };
        let failed = Failed {
            operation: operation(cfg),
            kind: kind::of_try(error, context.response()),
            loopback: cfg.load::<Endpoint>().is_some_and(is_loopback),
            response: context.response(),
        };
        let mut tries = cfg.load::<Tries>().cloned().unwrap_or_default();
        let pause = self.decide(&failed, &mut tries);
        let allowed = attempt(cfg) + u32::from(pause.is_some());
        if let Some(pause) = pause {
            self.sleep.set_next(pause);
        }
        let no_pause_of_the_sdk = RetryConfig::standard()
            .with_initial_backoff(Duration::ZERO)
            .with_max_backoff(Duration::ZERO);
        cfg.interceptor_state().store_put(tries);
        cfg.interceptor_state()
            .store_put(no_pause_of_the_sdk.with_max_attempts(allowed));
        Ok(())
    }
}

fn is_loopback(endpoint: &Endpoint) -> bool {
    url::Url::parse(endpoint.url()).is_ok_and(|url| loopback::is_loopback(&url))
}

/// Tells the SDK's retry strategy that a failed attempt may be repeated. How
/// often is up to [`RetryInterceptor`]. The SDK's own classifiers do not count.
#[derive(Debug)]
pub(crate) struct RetryClassifier;

impl ClassifyRetry for RetryClassifier {
    fn classify_retry(&self, context: &InterceptorContext) -> RetryAction {
        let Some(Err(error)) = context.output_or_error() else {
            return RetryAction::NoActionIndicated;
        };
        match kind::of_try(error, context.response()) {
            Kind::TryLater => RetryAction::throttling_error(),
            // The SDK also drops the connection after a transient error.
            Kind::Lost | Kind::Unreachable => RetryAction::transient_error(),
            _ => RetryAction::RetryForbidden,
        }
    }

    fn name(&self) -> &'static str {
        "AsDecided"
    }

    fn priority(&self) -> RetryClassifierPriority {
        RetryClassifierPriority::run_after(RetryClassifierPriority::http_status_code_classifier())
    }
}
