//! The domain of the hosted sign-in page.

use aws_client::Named;
use aws_client::error::optional;
use common::Result;

use crate::stack::Stack;

/// Deletes the pool's sign-in domain (DeleteUserPoolDomain): AWS does not delete
/// a pool that still has one.
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
