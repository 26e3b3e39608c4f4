//! The hosted sign-in page's address.

use std::time::Duration;

use api_aws::error::optional;
use api_aws::retry::Backoff;
use api_aws::{Named, find};
use api_core::{Failure, Result};

use crate::stack::Stack;
use crate::user_pool::UserPool;

/// Deletes the pool's sign-in domain (DeleteUserPoolDomain) and waits until it
/// is gone: before that, AWS refuses to delete the pool.
pub async fn delete(stack: &Stack, pool: &UserPool) -> Result<()> {
    let Some(prefix) = &pool.domain else {
        return Ok(());
    };
    let _working = stack.console.working("sign-in domain");
    let call = stack
        .aws
        .cognito
        .delete_user_pool_domain()
        .domain(prefix)
        .user_pool_id(&pool.id);
    let there = optional(call.send().await.named("DeleteUserPoolDomain"))?.is_some();
    if there {
        wait_until_gone(stack, prefix, pool).await?;
    }
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

async fn wait_until_gone(stack: &Stack, prefix: &str, pool: &UserPool) -> Result<()> {
    let mut backoff = Backoff::poll().up_to(Duration::from_secs(60));
    while find::pool_of_domain(&stack.aws, prefix).await?.as_ref() == Some(&pool.id) {
        if !backoff.wait().await? {
            return Err(Failure::failed(format!(
                "Sign-in domain '{prefix}' is still there after a minute"
            ))
            .with_hint("run 'make delete' again in a while"));
        }
    }
    Ok(())
}
