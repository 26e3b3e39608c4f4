//! The hosted sign-in page's address.

use api_aws::find::{self, Found};
use api_aws::{CallError, Named};
use api_core::Result;

use crate::report::Step;
use crate::stack::Stack;
use crate::user_pool::UserPool;

/// The classic hosted page: version 2 shows nothing without a branding.
const CLASSIC_PAGE: i32 = 1;

/// Creates the pool's sign-in domain (CreateUserPoolDomain).
pub async fn create(stack: &Stack, pool: &UserPool) -> Result<()> {
    let prefix = &stack.plan.domain_prefix;
    let recorded = stack.state.get().user_pool_auth_domain.is_some();
    let made = stack
        .once(
            "sign-in domain",
            recorded,
            || find_ours(stack, pool),
            || call(stack, pool),
        )
        .await?;
    let url = format!(
        "https://{prefix}.auth.{}.amazoncognito.com",
        stack.aws.region
    );
    stack.state.update(|state| {
        state.user_pool_auth_domain_prefix = Some(prefix.clone());
        state.user_pool_auth_domain = Some(url.clone());
    })?;
    stack.line(
        Step::Domain,
        made.line(format!("User pool signup/signin page created at: '{url}'")),
    );
    Ok(())
}

/// A domain is ours when it belongs to our pool.
async fn find_ours(stack: &Stack, pool: &UserPool) -> Result<Option<()>> {
    let prefix = &stack.plan.domain_prefix;
    let found = match find::pool_of_domain(&stack.aws, prefix).await? {
        None => Found::Nothing,
        Some(owner) if owner == pool.id => Found::Ours(()),
        Some(_) => Found::Foreign,
    };
    found.or_refuse(
        &format!("Sign-in domain '{prefix}'"),
        "another DOMAIN_PREFIX",
    )
}

async fn call(stack: &Stack, pool: &UserPool) -> Result<(), CallError> {
    stack
        .aws
        .cognito
        .create_user_pool_domain()
        .domain(&stack.plan.domain_prefix)
        .user_pool_id(&pool.id)
        .managed_login_version(CLASSIC_PAGE)
        .send()
        .await
        .named("CreateUserPoolDomain")?;
    Ok(())
}
