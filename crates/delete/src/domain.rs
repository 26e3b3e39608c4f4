//! The hosted sign-in page's address.

use std::time::Duration;

use api_aws::error::optional;
use api_aws::retry::Backoff;
use api_aws::{Named, find};
use api_core::{Failure, Result};

use crate::stack::Stack;

/// How long AWS may take to give up a domain.
const GONE_WITHIN: Duration = Duration::from_secs(60);

/// Deletes the pool's sign-in domain (DeleteUserPoolDomain): AWS keeps a pool
/// for as long as it has one.
pub(crate) async fn delete(stack: &Stack, pool_id: &str, prefix: Option<&str>) -> Result<()> {
    let Some(prefix) = prefix else {
        return Ok(());
    };
    let _working = stack.console.working("sign-in domain");
    let call = stack
        .aws
        .cognito
        .delete_user_pool_domain()
        .domain(prefix)
        .user_pool_id(pool_id);
    let there = optional(call.send().await.named("DeleteUserPoolDomain"))?.is_some();
    stack.deleted(&format!("Sign-in domain '{prefix}'"), there, |state| {
        if state
            .user_pool_auth_domain_prefix
            .take_if(|known| known == prefix)
            .is_some()
        {
            state.user_pool_auth_domain = None;
        }
    })
}

/// Waits until the domain is gone: until then nobody can have the name.
pub(crate) async fn wait_until_gone(
    stack: &Stack,
    pool_id: &str,
    prefix: Option<&str>,
) -> Result<()> {
    let Some(prefix) = prefix else {
        return Ok(());
    };
    let mut backoff = Backoff::poll().up_to(GONE_WITHIN);
    while find::pool_of_domain(&stack.aws, prefix).await?.as_deref() == Some(pool_id) {
        if !backoff.wait().await? {
            return Err(Failure::failed(format!(
                "Sign-in domain '{prefix}' is still there after a minute"
            ))
            .with_hint("run 'make delete' again in a while"));
        }
    }
    Ok(())
}
