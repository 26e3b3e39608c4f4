//! The user pool. Its users, app clients and resource servers are deleted with
//! it, its domain is not.

use aws_client::domain::{DELETE_TIMEOUT, wait_until_deleted};
use aws_client::error::optional;
use aws_client::retry::Backoff;
use aws_client::{CallError, Kind, Named, find};
use common::failure::all;
use common::{Result, join_all};

use crate::domain;
use crate::stack::Stack;

/// A user pool, with the domain that must be deleted first.
#[derive(Clone, Debug)]
pub(crate) struct UserPool {
    /// For example `us-east-1_abcdef`.
    pub id: String,
    /// First label of the sign-in page's host name.
    pub domain: Option<String>,
}

/// Our user pools: the one in state.json, and any with our tag.
pub(crate) async fn find(stack: &Stack) -> Result<Vec<UserPool>> {
    let state = stack.state.get();
    let known = state.user_pool_id.map(|id| UserPool {
        id,
        domain: state.user_pool_auth_domain_prefix,
    });
    let Some(tag) = stack.search() else {
        return Ok(known.into_iter().collect());
    };
    let name = state.user_pool_name.unwrap_or_default();
    let found = find::user_pools(&stack.aws, &name, tag).await?;
    let mut pools: Vec<UserPool> = found
        .into_iter()
        .filter_map(|pool| {
            Some(UserPool {
                id: pool.id?,
                domain: pool.domain,
            })
        })
        .collect();
    // The list may lag behind: the pool in state.json exists all the same.
    if let Some(known) = known
        && !pools.iter().any(|pool| pool.id == known.id)
    {
        pools.push(known);
    }
    Ok(pools)
}

/// Deletes them (DeleteUserPool), each after its domain.
pub(crate) async fn delete(stack: &Stack, pools: &[UserPool]) -> Result<()> {
    let mut result = Ok(());
    for pool in pools {
        result = all([result, delete_one(stack, pool).await]);
    }
    result
}

async fn delete_one(stack: &Stack, pool: &UserPool) -> Result<()> {
    let mut domain = pool.domain.clone();
    let mut backoff = Backoff::poll().up_to(DELETE_TIMEOUT);
    let there = loop {
        domain::delete(stack, &pool.id, domain.as_deref()).await?;
        let _working = stack.console.working("user pool");
        let (deleted, ()) = join_all!(async { Ok(call(stack, pool).await) }, async {
            match &domain {
                Some(prefix) => wait_until_deleted(&stack.aws, &pool.id, prefix).await,
                None => Ok(()),
            }
        },)?;
        match optional(deleted) {
            // Its domain may still count for a moment, or have just been created.
            Err(error) if error.kind() == Kind::InUse && backoff.wait().await? => {
                domain = domain_of(stack, pool).await?;
            }
            deleted => break deleted?.is_some(),
        }
    };
    stack.deleted(&format!("User Pool '{}'", pool.id), there, |state| {
        if there {
            state.under_way.end("CreateUserPool");
        }
        if state
            .user_pool_id
            .take_if(|known| *known == pool.id)
            .is_some()
        {
            state.user_pool_jwt_issuer_url = None;
            state.user_pool_resource_server_id = None;
            state.terminal_app_client_id = None;
        }
    })
}

async fn call(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    let call = stack.aws.cognito.delete_user_pool().user_pool_id(&pool.id);
    call.send().await.named("DeleteUserPool").map(|_| ())
}

async fn domain_of(stack: &Stack, pool: &UserPool) -> Result<Option<String>> {
    let call = stack.aws.cognito.describe_user_pool();
    let answer = call.user_pool_id(&pool.id).send().await;
    let answer = optional(answer.named("DescribeUserPool"))?;
    Ok(answer
        .and_then(|answer| answer.user_pool)
        .and_then(|pool| pool.domain))
}
