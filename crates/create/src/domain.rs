//! The domain of the hosted sign-in page.

use aws_client::domain::wait_until_deleted;
use aws_client::error::optional;
use aws_client::find::Found;
use aws_client::{CallError, Named};
use aws_sdk_cognitoidentityprovider::types::DomainDescriptionType;
use common::{Result, State};
use serde::Serialize;

use crate::readiness;
use crate::resource::change::Change;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;
use crate::stack::output::OutputLine;
use crate::user_pool::UserPool;

/// The classic hosted UI: version 2 shows nothing without a branding style.
const CLASSIC_PAGE: i32 = 1;

/// The domain as AWS describes it; its id is its prefix.
pub(crate) type Live = resource::Live<String, Properties>;

/// The properties that we set on a domain.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    domain: String,
    managed_login_version: i32,
}

/// The desired domain.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
    /// The pool that it belongs to.
    pub pool: &'a UserPool,
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "sign-in domain";
    const CREATE: &'static str = "CreateUserPoolDomain";
    type Id = String;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            domain: self.stack.config.domain_prefix.clone(),
            managed_login_version: CLASSIC_PAGE,
        }
    }

    /// A domain is ours when it belongs to our pool.
    async fn find(&self) -> Result<Option<Live>> {
        let prefix = &self.stack.config.domain_prefix;
        let found = match describe(self.stack, prefix).await? {
            None => Found::Nothing,
            Some(domain) if domain.user_pool_id() == Some(&self.pool.id) => Found::Ours(domain),
            Some(_) => Found::Foreign,
        };
        let domain = found.refuse_foreign(
            &format!("Sign-in domain '{prefix}'"),
            "another DOMAIN_PREFIX",
        )?;
        Ok(domain.map(|domain| live(&domain)))
    }

    async fn create(&self) -> Result<String, CallError> {
        let desired = self.desired();
        self.stack
            .aws
            .cognito
            .create_user_pool_domain()
            .domain(&desired.domain)
            .user_pool_id(&self.pool.id)
            .managed_login_version(desired.managed_login_version)
            .send()
            .await
            .named("CreateUserPoolDomain")?;
        Ok(desired.domain)
    }

    async fn update(&self, live: &Live, _: &[Difference]) -> Result<(), CallError> {
        self.stack
            .aws
            .cognito
            .update_user_pool_domain()
            .domain(&live.id)
            .user_pool_id(&self.pool.id)
            .managed_login_version(self.desired().managed_login_version)
            .send()
            .await
            .named("UpdateUserPoolDomain")?;
        Ok(())
    }

    fn record(&self, prefix: &String, state: &mut State) {
        let region = &self.stack.aws.region;
        state.user_pool_auth_domain_prefix = Some(prefix.clone());
        state.user_pool_auth_domain =
            Some(format!("https://{prefix}.auth.{region}.amazoncognito.com"));
    }
}

/// Creates, updates or replaces the pool's sign-in domain, as needed. A pool has
/// one prefix domain, so another DOMAIN_PREFIX replaces it.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>, pool: &UserPool) -> Result<()> {
    let desired = Desired { stack, pool };
    let change = match live {
        Some(other) if other.id != stack.config.domain_prefix => {
            replace(stack, &desired, &other).await?
        }
        live => stack.ensure(&desired, live).await?.change,
    };
    if change != Change::Unchanged {
        readiness::wait_for_sign_in(stack, pool).await?;
    }
    let url = stack.state.get().user_pool_auth_domain.unwrap_or_default();
    let suffix = change.suffix();
    stack.line(
        OutputLine::Domain,
        format!("User pool signup/signin page created at: '{url}'{suffix}"),
    );
    Ok(())
}

/// Deletes the old domain, then creates the new one. If the new one is somebody
/// else's, the old one stays.
async fn replace(stack: &Stack, desired: &Desired<'_>, other: &Live) -> Result<Change> {
    desired.find().await?;
    let prefix = &other.id;
    let call = stack
        .aws
        .cognito
        .delete_user_pool_domain()
        .domain(prefix)
        .user_pool_id(&desired.pool.id);
    optional(call.send().await.named("DeleteUserPoolDomain"))?;
    wait_until_deleted(&stack.aws, &desired.pool.id, prefix).await?;
    stack.save(|state| {
        state.user_pool_auth_domain_prefix = None;
        state.user_pool_auth_domain = None;
    })?;
    stack.replace(desired, other).await
}

/// Reads the domain recorded in state.json, if it still belongs to the recorded
/// pool. Its prefix may differ from the desired one.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    let state = stack.state.get();
    let Some(pool_id) = state.user_pool_id else {
        return Ok(None);
    };
    let Some(prefix) = state.user_pool_auth_domain_prefix else {
        return Ok(None);
    };
    let domain = describe(stack, &prefix).await?;
    let domain = domain.filter(|domain| domain.user_pool_id() == Some(&pool_id));
    Ok(domain.as_ref().map(live))
}

/// An empty response means that there is no such domain.
async fn describe(stack: &Stack, prefix: &str) -> Result<Option<DomainDescriptionType>, CallError> {
    let call = stack.aws.cognito.describe_user_pool_domain().domain(prefix);
    let answer = optional(call.send().await.named("DescribeUserPoolDomain"))?;
    let domain = answer.and_then(|answer| answer.domain_description);
    Ok(domain.filter(|domain| domain.user_pool_id.is_some()))
}

fn live(domain: &DomainDescriptionType) -> Live {
    let prefix = domain.domain().unwrap_or_default().to_owned();
    Live {
        properties: Properties {
            domain: prefix.clone(),
            managed_login_version: domain.managed_login_version.unwrap_or(CLASSIC_PAGE),
        },
        id: prefix,
    }
}
