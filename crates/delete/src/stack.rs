//! What exists of this deployment, and the order in which it is deleted.

use common::failure::all;
use common::{Result, join_all};

use crate::api::{self, Api};
use crate::function::{self, Function};
use crate::log_group::{self, LogGroup};
use crate::role::{self, Role};
use crate::run::Run;
use crate::user_pool::{self, UserPool};

/// What this deployment has created and not yet deleted.
#[derive(Debug)]
pub(crate) struct Stack {
    /// More than one only after a lost response; so too the pools.
    apis: Vec<Api>,
    user_pools: Vec<UserPool>,
    function: Option<Function>,
    role: Option<Role>,
    log_group: Option<LogGroup>,
}

impl Stack {
    /// Finds what the record lists and, if it may not list everything, what
    /// carries our tag. Only what is ours is in it.
    pub(crate) async fn find(run: &Run) -> Result<Stack> {
        run.begin_look();
        let (apis, user_pools, function, role, log_group) = join_all!(
            api::find(run),
            user_pool::find(run),
            function::find(run),
            role::find(run),
            log_group::find(run),
        )?;
        Ok(Stack {
            apis,
            user_pools,
            function,
            role,
            log_group,
        })
    }

    /// Checks that AWS will delete all of it: a stack that is half deleted is of
    /// use to nobody, and `create` cannot complete it.
    ///
    /// # Errors
    /// If something is protected, or used by what this deployment did not make.
    pub(crate) fn check_deletable(&self, run: &Run) -> Result<()> {
        let apis = self.apis.iter().map(|api| api.check_deletable(run));
        let pools = self.user_pools.iter().map(|pool| pool.check_deletable(run));
        let groups = self.log_group.iter().map(|one| one.check_deletable(run));
        all(apis.chain(pools).chain(groups))
    }

    /// Deletes all of it. The three parts need nothing of each other and are
    /// deleted side by side, each to its end whatever becomes of the others.
    ///
    /// # Errors
    /// The failures of all parts; what is left stays in the record.
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        join_all!(
            // The address that requests go to, and what decides who may pass.
            each(&self.apis, async |api| api.delete(run).await),
            // Who can sign in, and who signs the tokens.
            each(&self.user_pools, async |pool| pool.delete(run).await),
            // The program behind the API, and what belongs to it.
            self.delete_function(run),
        )?;
        Ok(())
    }

    /// Deletes the function, and what it may do. Then nothing can write to the log
    /// group any more, and the role has no policies: these two can go.
    async fn delete_function(&self, run: &Run) -> Result<()> {
        let (function, policies) = tokio::join!(
            each(&self.function, async |function| function.delete(run).await),
            each(&self.role, async |role| role.delete_policies(run).await),
        );
        let nothing_writes = function.is_ok() && policies.is_ok();
        let role = self.role.as_ref().filter(|_| policies.is_ok());
        let log_group = self.log_group.as_ref().filter(|_| nothing_writes);
        let (role, log_group) = tokio::join!(
            each(role, async |role| role.delete(run).await),
            each(log_group, async |group| group.delete(run).await),
        );
        all([function, policies, role, log_group])
    }

    /// Prints what would be deleted, and by which calls.
    pub(crate) fn show(&self, run: &Run) {
        let line = |text: String| run.console.line(&format!("Would {text}"));
        for Api { id, .. } in &self.apis {
            line(format!("delete: API '{id}' (DeleteApi)"));
        }
        for UserPool { id, domain, .. } in &self.user_pools {
            if let Some(domain) = domain {
                line(format!(
                    "delete: Sign-in domain '{domain}' (DeleteUserPoolDomain)"
                ));
            }
            line(format!("delete: User Pool '{id}' (DeleteUserPool)"));
        }
        if let Some(Function { name }) = &self.function {
            line(format!("delete: Function '{name}' (DeleteFunction)"));
        }
        if let Some(role) = &self.role {
            role.foreign_policies().for_each(line);
            let name = &role.name;
            line(format!(
                "delete: Role '{name}' (DeleteRolePolicy, DeleteRole)"
            ));
        }
        if let Some(LogGroup { name, .. }) = &self.log_group {
            line(format!("delete: Log group '{name}' (DeleteLogGroup)"));
        }
    }
}

/// Does something with one resource after the other, also if it fails with one.
async fn each<'s, T: 's>(
    resources: impl IntoIterator<Item = &'s T>,
    act: impl AsyncFn(&'s T) -> Result<()>,
) -> Result<()> {
    let mut results = Vec::new();
    for resource in resources {
        results.push(act(resource).await);
    }
    all(results)
}
