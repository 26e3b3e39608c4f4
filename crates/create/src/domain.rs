//! The domain of the hosted sign-in page.
//!
//! It gives the pool a host name, and with it OAuth's endpoints: the page where
//! a person signs in (authorization endpoint), and the token endpoint. Without
//! it, a client would have to ask for the password itself, which OAuth exists to
//! avoid.

use aws_sdk_cognitoidentityprovider::operation::create_user_pool_domain::builders::CreateUserPoolDomainFluentBuilder;

use crate::config::hosts;
use crate::resource::prelude::*;
use crate::user_pool::UserPoolRef;

/// The classic hosted UI. Version 2, managed login, shows nothing without a
/// branding style.
pub(crate) const CLASSIC_PAGE: i32 = 1;

/// The sign-in domain of this pool.
pub(crate) struct Domain {
    pub pool: UserPoolRef,
}

impl Domain {
    pub(crate) fn create_call(&self, run: &Run) -> CreateUserPoolDomainFluentBuilder {
        run.aws
            .cognito
            .create_user_pool_domain()
            .user_pool_id(&self.pool.id)
            // The first label of the host name, unique in a region.
            .domain(&run.config.domain_prefix)
            .managed_login_version(CLASSIC_PAGE)
    }
}

impl Resource for Domain {
    const NAME: &'static str = "sign-in domain";
    const CREATE: Operation = Operation::new(
        "CreateUserPoolDomain",
        "Gives the pool a host name, and with it the sign-in page and the authorization and token endpoints.",
        &[],
    );
    type Needs = UserPoolRef;
    /// Its prefix.
    type Ref = String;

    fn new(pool: UserPoolRef) -> Domain {
        Domain { pool }
    }

    fn title(&self, run: &Run) -> String {
        format!("Sign-in domain '{}'", run.config.domain_prefix)
    }

    fn line(&self, run: &Run, prefix: &String, change: &Change) -> String {
        let url = hosts::sign_in_page(&run.aws.region, prefix);
        format!("User pool signup/signin page created at: '{url}'{change}")
    }

    async fn create(&self, run: &Run) -> CallResult<String> {
        let answer = self.create_call(run).send().await;
        answer.named("CreateUserPoolDomain")?;
        Ok(run.config.domain_prefix.clone())
    }
}
