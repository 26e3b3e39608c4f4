//! Rules for every call, applied in the SDK so that no call can be forgotten.

use std::fmt;
use std::sync::{Arc, OnceLock};

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::retries::RequestAttempts;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use common::interrupt;

/// AWS's name of the operation that a call is for.
pub(crate) fn operation(call: &ConfigBag) -> &str {
    call.load::<Metadata>()
        .map_or("", |metadata| metadata.name())
}

/// Which attempt of a call this is, counted from 1.
pub(crate) fn attempt(call: &ConfigBag) -> u32 {
    call.load::<RequestAttempts>()
        .map_or(1, |attempts| attempts.attempts())
}

/// After a signal, no more calls are sent; those in flight complete.
#[derive(Debug)]
pub(crate) struct StopOnSignal;

/// The cause of an error when [`StopOnSignal`] blocked a call.
#[derive(Debug, thiserror::Error)]
#[error("stopped by a signal")]
pub(crate) struct Stopped;

impl Intercept for StopOnSignal {
    fn name(&self) -> &'static str {
        "StopOnSignal"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        if interrupt::stopping() {
            Err(Stopped.into())
        } else {
            Ok(())
        }
    }
}

type Hook = dyn Fn(&str) -> common::Result<()> + Send + Sync;

/// Runs a hook before a call is sent again. A call recorded in state.json
/// starts again with each attempt: long after the first, if it waits for quotas.
#[derive(Clone, Default)]
pub(crate) struct BeforeRetry(Arc<OnceLock<Box<Hook>>>);

impl BeforeRetry {
    /// Sets the hook; it gets the operation's name. Only the first one counts.
    pub(crate) fn set(&self, hook: Box<Hook>) {
        let _ = self.0.set(hook);
    }
}

impl fmt::Debug for BeforeRetry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("BeforeRetry")
    }
}

impl Intercept for BeforeRetry {
    fn name(&self) -> &'static str {
        "BeforeRetry"
    }

    fn read_before_transmit(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        match self.0.get() {
            Some(hook) if attempt(cfg) > 1 && !interrupt::stopping() => Ok(hook(operation(cfg))?),
            _ => Ok(()),
        }
    }
}
