//! Rules that hold for every call, kept in the SDK so that none can be forgotten.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeSerializationInterceptorContextMut, BeforeTransmitInterceptorContextRef,
};
use aws_smithy_runtime_api::client::orchestrator::Metadata;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;

/// After a signal no call is sent any more; those in flight end.
#[derive(Debug)]
pub struct StopOnSignal;

/// The cause of an error when [`StopOnSignal`] held a call back.
#[derive(Debug, thiserror::Error)]
#[error("stopped by a signal")]
pub struct Stopped;

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
        match api_core::interrupt::stopping() {
            true => Err(Stopped.into()),
            false => Ok(()),
        }
    }
}

/// Calls that create are sent once: when an answer is lost, the SDK's own retry
/// could make a second pool or API. The caller looks up first, then tries again.
#[derive(Debug)]
pub struct CreateOnce;

impl Intercept for CreateOnce {
    fn name(&self) -> &'static str {
        "CreateOnce"
    }

    // The first hook at which the operation is known and its configuration merged.
    fn modify_before_serialization(
        &self,
        _: &mut BeforeSerializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let creates = cfg
            .load::<Metadata>()
            .is_some_and(|operation| creates(operation.name()));
        if creates {
            cfg.interceptor_state().store_put(RetryConfig::disabled());
        }
        Ok(())
    }
}

fn creates(operation: &str) -> bool {
    operation.starts_with("Create") || matches!(operation, "AdminCreateUser" | "AddPermission")
}
