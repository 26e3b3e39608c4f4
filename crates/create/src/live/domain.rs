//! How the domain is found, compared and changed.

use aws_client::domain::{DELETE_TIMEOUT, wait_until_deleted};
use aws_client::find::{self, Found};
use aws_client::retry::Backoff;
use aws_sdk_cognitoidentityprovider::operation::create_user_pool_domain::builders::CreateUserPoolDomainFluentBuilder;
use aws_sdk_cognitoidentityprovider::operation::update_user_pool_domain::builders::UpdateUserPoolDomainFluentBuilder;
use aws_sdk_cognitoidentityprovider::types::{DomainDescriptionType, DomainStatusType};

use crate::compare::property::{keep, overwrite};
use crate::config::hosts;
use crate::domain::{CLASSIC_PAGE, Domain};
use crate::live::LiveResource;
use crate::readiness;
use crate::resource::prelude::*;

impl LiveResource for Domain {
    type Live = DomainDescriptionType;

    fn recorded(&self, state: State) -> Option<Key> {
        let prefix = state.user_pool_auth_domain_prefix?;
        Some(Key::within(state.user_pool_id?, prefix))
    }

    /// The recorded domain, or the one that the pool has in its place. Its prefix
    /// may differ from the desired one.
    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>> {
        let ours = find::domain(&run.aws, &key.id).await?;
        match ours.filter(|domain| domain.user_pool_id() == Some(&key.parent)) {
            Some(domain) => Ok(Some(domain)),
            None => of_pool(run, &key.parent).await,
        }
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::within(&self.pool.id, &run.config.domain_prefix)])
    }

    /// A domain is ours when it belongs to our pool.
    async fn find(&self, run: &Run) -> Result<Option<Self::Live>> {
        match self.look_up(run, Some(&self.pool.id)).await? {
            Some(domain) => Ok(Some(domain)),
            // A run that was killed may have made it with another prefix.
            None => of_pool(run, &self.pool.id).await,
        }
    }

    async fn check_name_is_free(&self, run: &Run) -> Result<()> {
        self.look_up(run, None).await.map(drop)
    }

    fn reference(_: &Run, live: &Self::Live) -> CallResult<String> {
        required("DescribeUserPoolDomain", "Domain", live.domain.clone())
    }

    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference> {
        let desired = self.create_call(run);
        let page = live.managed_login_version.unwrap_or(CLASSIC_PAGE);
        let version = desired.get_managed_login_version();
        differences(&[
            ("Domain", &live.domain, desired.get_domain()),
            ("ManagedLoginVersion", &page, version),
        ])
    }

    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult {
        let call = run.aws.cognito.update_user_pool_domain();
        let answer = updated(call, live, &self.create_call(run)).send().await;
        answer.named("UpdateUserPoolDomain").map(drop)
    }

    /// A pool has one prefix domain, so another DOMAIN_PREFIX replaces it.
    fn must_be_replaced(&self, run: &Run, live: &Self::Live) -> bool {
        live.domain() != Some(&run.config.domain_prefix)
    }

    /// Deletes the old domain, unless the new one is somebody else's.
    async fn remove(&self, run: &Run, live: &Self::Live) -> Result<()> {
        self.find(run).await?;
        let prefix = Self::reference(run, live)?;
        let call = run.aws.cognito.delete_user_pool_domain().domain(&prefix);
        let answer = call.user_pool_id(&self.pool.id).send().await;
        optional(answer.named("DeleteUserPoolDomain"))?;
        wait_until_deleted(&run.aws, &self.pool.id, &prefix).await?;
        run.save(|state| {
            state.user_pool_auth_domain_prefix = None;
            state.user_pool_auth_domain = None;
        })
    }

    /// Another account may have the new prefix: only the create call tells.
    async fn restore(&self, run: &Run, live: &Self::Live) -> Result<()> {
        let prefix = Self::reference(run, live)?;
        run.state.begin_call(Self::CREATE.name)?;
        let call = self.create_call(run).domain(&prefix);
        call.send().await.named("CreateUserPoolDomain")?;
        run.state
            .record_made(Self::CREATE.name, |state| self.record(run, &prefix, state))?;
        run.console.note(&format!(
            "Sign-in domain '{prefix}' was made again, because the new one could not be"
        ));
        Ok(())
    }

    fn record(&self, run: &Run, prefix: &String, state: &mut State) {
        state.user_pool_auth_domain_prefix = Some(prefix.clone());
        state.user_pool_auth_domain = Some(hosts::sign_in_page(&run.aws.region, prefix));
    }

    async fn finish(&self, run: &Run, prefix: &String, change: &Change) -> Result<()> {
        // A run that was interrupted may have made it and not waited.
        if *change == Change::Unchanged && !run.was_interrupted() {
            if run.aws.endpoint_url.is_some() {
                // Another cloud has the page elsewhere. Asked here, beside the other
                // steps, and told at the end of the run.
                readiness::sign_in_page(run, &self.pool.issuer).await;
            }
            return Ok(());
        }
        // Before the first look-up of its name: a name that is asked for too early
        // counts as missing for minutes, wherever the answer is kept.
        wait_until_active(run, prefix).await?;
        readiness::wait_for_sign_in(run, &self.pool).await
    }
}

impl Domain {
    /// The domain with the desired prefix; an error, if it is not that of `our_pool`.
    async fn look_up(
        &self,
        run: &Run,
        our_pool: Option<&str>,
    ) -> Result<Option<DomainDescriptionType>> {
        let found = match find::domain(&run.aws, &run.config.domain_prefix).await? {
            None => Found::Nothing,
            Some(domain) if domain.user_pool_id() == our_pool => Found::Ours(domain),
            Some(domain) => {
                let pool = domain.user_pool_id.unwrap_or_default();
                find::owner_of_foreign_pool(&run.aws, &pool).await
            }
        };
        found.refuse_foreign(&self.title(run), "another DOMAIN_PREFIX")
    }
}

/// `custom_domain_config` is for custom domains only: AWS refuses it for a prefix.
fn updated(
    call: UpdateUserPoolDomainFluentBuilder,
    live: &DomainDescriptionType,
    desired: &CreateUserPoolDomainFluentBuilder,
) -> UpdateUserPoolDomainFluentBuilder {
    let kept = keep!(call, live; domain, user_pool_id, routing);
    overwrite!(kept, desired; managed_login_version)
}

/// Waits until AWS says that the domain is active, for a minute at most: what
/// follows waits too, and says so.
async fn wait_until_active(run: &Run, prefix: &str) -> Result<()> {
    let _shown = run.console.working("sign-in domain becoming active");
    let mut backoff = Backoff::poll().up_to(DELETE_TIMEOUT);
    loop {
        let domain = find::domain(&run.aws, prefix).await?;
        if domain.is_some_and(|domain| is_active(&domain)) || !backoff.wait().await? {
            return Ok(());
        }
    }
}

/// A cloud may give no status.
fn is_active(domain: &DomainDescriptionType) -> bool {
    matches!(domain.status(), None | Some(DomainStatusType::Active))
}

/// The domain that the pool itself names.
async fn of_pool(run: &Run, pool_id: &str) -> Result<Option<DomainDescriptionType>> {
    let pool = find::user_pool(&run.aws, pool_id).await?;
    match pool.and_then(|pool| pool.domain) {
        Some(prefix) => find::domain(&run.aws, &prefix).await,
        None => Ok(None),
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cognitoidentityprovider::types::RoutingType;

    use super::*;
    use crate::live::{cognito, left_out};

    /// A member that the next SDK adds is `None` here, until it is kept or set.
    #[test]
    fn an_update_sends_every_member_but_that_of_custom_domains() {
        let client = cognito();
        let live = DomainDescriptionType::builder()
            .domain("hello")
            .user_pool_id("us-east-1_abc")
            .routing(RoutingType::builder().build())
            .build();
        let desired = client.create_user_pool_domain().managed_login_version(1);
        let call = updated(client.update_user_pool_domain(), &live, &desired);
        let members = format!("{:#?}", call.as_input());
        let left_out = left_out(&members);
        assert_eq!(left_out, ["    custom_domain_config: None,"]);
    }

    #[test]
    fn a_domain_that_is_being_made_is_not_active() {
        let domain = |status: Option<DomainStatusType>| {
            let domain = DomainDescriptionType::builder().set_status(status);
            is_active(&domain.build())
        };
        assert!(domain(None) && domain(Some(DomainStatusType::Active)));
        assert!(!domain(Some(DomainStatusType::Creating)));
        assert!(!domain(Some(DomainStatusType::Updating)));
    }
}
