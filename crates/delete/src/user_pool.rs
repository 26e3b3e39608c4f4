//! The user pool. Its users, app clients and resource servers go with it, its
//! domain does not.

use api_aws::{Named, find};
use api_core::Result;
use api_core::failure::all;

use crate::domain;
use crate::stack::{Stack, when_free};

/// A user pool with the domain that must go first.
#[derive(Clone, Debug)]
pub struct UserPool {
    /// For example `us-east-1_abcdef`.
    pub id: String,
    /// First label of the sign-in page's host name.
    pub domain: Option<String>,
}

/// Our user pools: the one in state.json, and any that carries our tag.
pub async fn find(stack: &Stack) -> Result<Vec<UserPool>> {
    let state = stack.state.get();
    let known = state.user_pool_id.map(|id| UserPool {
        id,
        domain: state.user_pool_auth_domain_prefix,
    });
    let Some(ours) = stack.search() else {
        return Ok(known.into_iter().collect());
    };
    let name = state.user_pool_name.unwrap_or_default();
    let found = find::user_pools(&stack.aws, &name, ours).await?;
    let mut pools: Vec<UserPool> = found
        .into_iter()
        .filter_map(|pool| {
            Some(UserPool {
                id: pool.id?,
                domain: pool.domain,
            })
        })
        .collect();
    // The list may lag behind: what state.json knows is there all the same.
    if let Some(known) = known
        && !pools.iter().any(|pool| pool.id == known.id)
    {
        pools.push(known);
    }
    Ok(pools)
}

/// Deletes them (DeleteUserPool), each after its domain.
pub async fn delete(stack: &Stack, pools: &[UserPool]) -> Result<()> {
    let mut result = Ok(());
    for pool in pools {
        result = all([result, delete_one(stack, pool).await]);
    }
    result
}

async fn delete_one(stack: &Stack, pool: &UserPool) -> Result<()> {
    domain::delete(stack, pool).await?;
    let _working = stack.console.working("user pool");
    // The domain may count as attached for a moment longer.
    let call = async || {
        let call = stack.aws.cognito.delete_user_pool().user_pool_id(&pool.id);
        call.send().await.named("DeleteUserPool")
    };
    let there = when_free(call).await?.is_some();
    stack.deleted(&format!("User Pool '{}'", pool.id), there, |state| {
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
