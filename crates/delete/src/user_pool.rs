//! The user pool. Its users, app clients and resource servers go with it, and every
//! token that it signed is worthless once its public keys are gone.
//!
//! Its domain goes first: AWS does not delete a pool that has one. A pool can be
//! protected from deletion, and can have a custom domain beside its own. `create`
//! makes neither, so both are looked for before anything is deleted.

use aws_client::domain::{DELETE_TIMEOUT, wait_until_deleted};
use aws_client::error::optional;
use aws_client::find::Found;
use aws_client::retry::Backoff;
use aws_client::{Kind, Named, find};
use aws_sdk_cognitoidentityprovider::types::{DeletionProtectionType, UserPoolType};
use common::failure::all;
use common::{Failure, Result, join_all};

use crate::domain;
use crate::run::Run;

/// An existing user pool.
#[derive(Clone, Debug)]
pub(crate) struct UserPool {
    /// For example `us-east-1_abcdef`.
    pub id: String,
    /// First label of the sign-in page's host name.
    pub domain: Option<String>,
    /// A domain of somebody's own, for example `login.example.com`.
    custom_domain: Option<String>,
    /// Whether AWS refuses to delete it.
    protected: bool,
}

impl UserPool {
    fn new(pool: UserPoolType) -> Option<UserPool> {
        Some(UserPool {
            id: pool.id?,
            domain: pool.domain,
            custom_domain: pool.custom_domain,
            protected: pool.deletion_protection == Some(DeletionProtectionType::Active),
        })
    }
}

/// Our user pools: the recorded one, and any others with our tag.
pub(crate) async fn find(run: &Run) -> Result<Vec<UserPool>> {
    let recorded = recorded(run).await?;
    let search = recorded.is_none() || run.may_lack_something();
    let mut pools = match &run.tag {
        Some(tag) if search => {
            let name = run.record.get().user_pool_name.unwrap_or_default();
            find::user_pools(&run.aws, &name, tag).await?
        }
        _ => Vec::new(),
    };
    // The list may lag behind: the recorded pool may be missing in it.
    if let Some(recorded) = recorded {
        pools.retain(|pool| pool.id != recorded.id);
        pools.push(recorded);
    }
    Ok(pools.into_iter().filter_map(UserPool::new).collect())
}

/// The recorded pool, if it exists and is ours: the file may have been edited.
async fn recorded(run: &Run) -> Result<Option<UserPoolType>> {
    let Some(id) = run.record.get().user_pool_id else {
        return Ok(None);
    };
    let pool = find::user_pool(&run.aws, &id).await?;
    let Some(tag) = &run.tag else {
        return Ok(pool);
    };
    let found = pool.map_or(Found::Nothing, |pool| {
        let tags = pool.user_pool_tags.clone();
        tag.whose(pool, tags.as_ref())
    });
    Ok(run.ours_only(found, true, &format!("User Pool '{id}'")))
}

impl UserPool {
    /// Checks that AWS will delete it.
    ///
    /// # Errors
    /// If it is protected or has a custom domain; the hints say what to do.
    pub(crate) fn check_deletable(&self, run: &Run) -> Result<()> {
        all([self.check_protection(run), self.check_custom_domain(run)])
    }

    fn check_protection(&self, run: &Run) -> Result<()> {
        let (id, region) = (&self.id, &run.aws.region);
        if !self.protected {
            return Ok(());
        }
        Err(Failure::failed(format!(
            "User Pool '{id}' cannot be deleted: its deletion protection is active"
        ))
        .with_hint(format!(
            "deactivate it in the console (user pool, Settings), or run 'aws cognito-idp update-user-pool --user-pool-id {id} --deletion-protection INACTIVE --region {region}', which also resets the pool's other settings; then run 'make delete' again"
        )))
    }

    fn check_custom_domain(&self, run: &Run) -> Result<()> {
        let (id, region) = (&self.id, &run.aws.region);
        let Some(domain) = &self.custom_domain else {
            return Ok(());
        };
        Err(Failure::failed(format!(
            "User Pool '{id}' cannot be deleted: it has the custom domain '{domain}'"
        ))
        .with_hint(format!(
            "if nobody needs that domain any more, run 'aws cognito-idp delete-user-pool-domain --domain {domain} --user-pool-id {id} --region {region}', then 'make delete' again"
        )))
    }

    /// Deletes its domain, then itself (DeleteUserPool).
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        let mut prefix = self.domain.clone();
        let mut backoff = Backoff::poll().up_to(DELETE_TIMEOUT);
        let was_there = loop {
            if let Some(prefix) = &prefix {
                domain::delete(run, &self.id, prefix).await?;
            }
            let _shown = run.console.working("user pool");
            let call = run.aws.cognito.delete_user_pool().user_pool_id(&self.id);
            let (deleted, ()) = join_all!(
                async { Ok(call.send().await.named("DeleteUserPool")) },
                self.wait_for_domain(run, prefix.as_deref()),
            )?;
            match optional(deleted) {
                // Its domain may still count for a moment, or have just been created.
                Err(error) if error.kind() == Kind::InUse && backoff.wait().await? => {
                    let pool = find::user_pool(&run.aws, &self.id).await?;
                    prefix = pool.and_then(|pool| pool.domain);
                }
                deleted => break deleted?.is_some(),
            }
        };
        run.deleted(&format!("User Pool '{}'", self.id), was_there, |state| {
            if was_there {
                state.under_way.end("CreateUserPool");
            }
            let known = &mut state.user_pool_id;
            if known.take_if(|known| *known == self.id).is_some() {
                state.user_pool_jwt_issuer_url = None;
                state.user_pool_resource_server_id = None;
                state.terminal_app_client_id = None;
            }
        })
    }

    /// Until its domain is gone, nobody can use the domain's name.
    async fn wait_for_domain(&self, run: &Run, prefix: Option<&str>) -> Result<()> {
        match prefix {
            Some(prefix) => wait_until_deleted(&run.aws, &self.id, prefix).await,
            None => Ok(()),
        }
    }
}
