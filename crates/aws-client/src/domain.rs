//! Waiting until a sign-in domain is deleted.

use std::time::Duration;

use aws_sdk_cognitoidentityprovider::types::DomainDescriptionType;
use common::{Failure, Result};

use crate::Clients;
use crate::find;
use crate::retry::Backoff;

/// How long AWS may take to delete a domain.
pub const DELETE_TIMEOUT: Duration = Duration::from_secs(60);

/// Waits until the pool no longer has its domain (DescribeUserPoolDomain):
/// until then, nobody can use the name.
///
/// # Errors
/// If it takes longer than [`DELETE_TIMEOUT`], or a call fails.
pub async fn wait_until_deleted(aws: &Clients, pool_id: &str, prefix: &str) -> Result<()> {
    let mut backoff = Backoff::poll().up_to(DELETE_TIMEOUT);
    let is_there = |domain: DomainDescriptionType| domain.user_pool_id() == Some(pool_id);
    while find::domain(aws, prefix).await?.is_some_and(is_there) {
        if !backoff.wait().await? {
            return Err(Failure::failed(format!(
                "Sign-in domain '{prefix}' is still there after a minute"
            ))
            .with_hint("run the same command again in a while"));
        }
    }
    Ok(())
}
