//! A rule that holds for every call, kept in the SDK so that it cannot be forgotten.

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

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
