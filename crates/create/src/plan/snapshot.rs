//! The live stack: every resource recorded in state.json, read concurrently.

use common::{Result, join_all};

use crate::stack::Stack;
use crate::{
    api, app_client, authorizer, domain, function, integration, log_group, permission,
    resource_server, role, role_policy, route, stage, user, user_pool,
};

/// The stack as AWS describes it. `None` if state.json does not record the
/// resource, or if it no longer exists.
#[derive(Debug, Default)]
#[allow(missing_docs)]
pub(crate) struct Snapshot {
    pub user_pool: Option<user_pool::Live>,
    pub domain: Option<domain::Live>,
    pub resource_server: Option<resource_server::Live>,
    pub app_client: Option<app_client::Live>,
    pub user: Option<user::Live>,
    pub api: Option<api::Live>,
    pub stage: Option<stage::Live>,
    pub authorizer: Option<authorizer::Live>,
    pub role: Option<role::Live>,
    pub role_policy: Option<role_policy::Live>,
    pub log_group: Option<log_group::Live>,
    pub function: Option<function::Live>,
    pub permission: Option<permission::Live>,
    pub integration: Option<integration::Live>,
    pub route: Option<route::Live>,
}

impl Snapshot {
    /// Reads what state.json records. The ids are known, so no read waits for
    /// another, nor for the account check. If both the check and a read fail,
    /// the error is that of the check.
    ///
    /// # Errors
    /// If a call fails. Exit code 2 if state.json belongs to another account.
    pub(crate) async fn read(stack: &Stack) -> Result<Snapshot> {
        let (account, read) = tokio::join!(stack.check_account(), Snapshot::read_all(stack));
        account?;
        read
    }

    async fn read_all(stack: &Stack) -> Result<Snapshot> {
        let (sign_in, gateway, backend) = join_all!(
            async {
                join_all!(
                    user_pool::read(stack),
                    domain::read(stack),
                    resource_server::read(stack),
                    app_client::read(stack),
                    user::read(stack),
                )
            },
            async {
                join_all!(
                    api::read(stack),
                    stage::read(stack),
                    authorizer::read(stack),
                    integration::read(stack),
                    route::read(stack),
                )
            },
            async {
                join_all!(
                    role::read(stack),
                    role_policy::read(stack),
                    log_group::read(stack),
                    function::read(stack),
                    permission::read(stack),
                )
            },
        )?;
        let (user_pool, domain, resource_server, app_client, user) = sign_in;
        let (api, stage, authorizer, integration, route) = gateway;
        let (role, role_policy, log_group, function, permission) = backend;
        Ok(Snapshot {
            user_pool,
            domain,
            resource_server,
            app_client,
            user,
            api,
            stage,
            authorizer,
            role,
            role_policy,
            log_group,
            function,
            permission,
            integration,
            route,
        })
    }
}
