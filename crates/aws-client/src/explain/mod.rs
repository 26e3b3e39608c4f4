//! `--explain`: narrates every AWS call on stderr once its response is there.
//!
//! It is an interceptor in the SDK, so no call can be forgotten; retries are
//! shown too. Only the calls made by the source of the credentials (SSO, an
//! assumed role) are not: their responses are credentials.

pub(crate) mod operations;
mod redact;
mod wire;

use std::fmt::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::{ConfigBag, Storable, StoreReplace};
use common::console::numbered_heading;
use common::{Console, StyledText, interrupt};

pub use self::operations::Operation;
use self::operations::Operations;
use self::redact::Secrets;
use crate::error::chain;
use crate::interceptors;

/// Narrates AWS calls. Calls run concurrently, so each is one block, printed
/// when the call has ended and numbered in the order of sending.
#[derive(Clone, Debug)]
pub(crate) struct Explain {
    console: Arc<Console>,
    sent: Arc<AtomicUsize>,
    operations: Operations,
}

/// A call in flight.
#[derive(Debug)]
struct Call {
    operation: String,
    /// What is printed once the answer is there, so far: what is sent, and why.
    block: StyledText,
    secrets: Secrets,
    begun: Instant,
}

impl Storable for Call {
    type Storer = StoreReplace<Call>;
}

impl Explain {
    /// Creates an interceptor that numbers calls from 1.
    pub(crate) fn new(console: Arc<Console>, operations: Operations) -> Explain {
        Explain {
            console,
            sent: Arc::default(),
            operations,
        }
    }
}

/// Appends lines, indented under the heading of the block.
fn indent(block: &mut StyledText, text: &str) {
    for line in text.trim_end().lines() {
        let _ = write!(block, "\n    {line}");
    }
}

impl Intercept for Explain {
    fn name(&self) -> &'static str {
        "Explain"
    }

    fn read_before_transmit(
        &self,
        context: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // StopOnSignal blocks this call, but the other interceptors still run.
        if interrupt::stopping() {
            return Ok(());
        }
        let operation = interceptors::operation(cfg).to_owned();
        let attempt = match interceptors::attempt(cfg) {
            0 | 1 => String::new(),
            attempt => format!(" (attempt {attempt})"),
        };
        let number = self.sent.fetch_add(1, Ordering::Relaxed) + 1;
        let mut block = numbered_heading(number, &format!("{operation}{attempt}"));
        indent(&mut block, self.operations.find(&operation).purpose);
        let sent = wire::Request::new(context.request());
        indent(&mut block, &sent.text);
        cfg.interceptor_state().store_put(Call {
            operation,
            block,
            secrets: sent.secrets,
            begun: Instant::now(),
        });
        Ok(())
    }

    fn read_after_attempt(
        &self,
        context: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        cfg: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let Some(call) = cfg.load::<Call>() else {
            return Ok(());
        };
        let took = call.begun.elapsed().as_millis();
        let mut block = call.block.clone();
        match context.response() {
            Some(response) => {
                let fields = self.operations.find(&call.operation).fields;
                let answer = wire::response(response, took, fields, &call.secrets);
                indent(&mut block, &answer);
            }
            None => indent(&mut block, &format!("no answer after {took} ms")),
        }
        if let Some(Err(error)) = context.output_or_error()
            && !error.is_operation_error()
        {
            indent(&mut block, &call.secrets.redact(&chain(error)));
        }
        self.console.styled_message(&block);
        cfg.interceptor_state().unset::<Call>();
        Ok(())
    }
}
