//! What there is of this deployment, and the order in which it is deleted.

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
    ///
    /// # Errors
    /// If a call fails.
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
        let group = self
            .log_group
            .iter()
            .map(|group| group.check_deletable(run));
        all(apis.chain(pools).chain(group))
    }

    /// Deletes all of it. The three parts need nothing of each other and are
    /// deleted side by side, each to its end whatever becomes of the others.
    ///
    /// # Errors
    /// The failures of all parts; what is left stays in the record.
    pub(crate) async fn delete(&self, run: &Run) -> Result<()> {
        join_all!(
            self.delete_apis(run),
            self.delete_user_pools(run),
            self.delete_function(run),
        )?;
        Ok(())
    }

    /// The address that requests go to, and with it who may pass.
    async fn delete_apis(&self, run: &Run) -> Result<()> {
        let mut results = Vec::new();
        for api in &self.apis {
            results.push(api.delete(run).await);
        }
        all(results)
    }

    /// Who can sign in, and who signs the tokens.
    async fn delete_user_pools(&self, run: &Run) -> Result<()> {
        let mut results = Vec::new();
        for pool in &self.user_pools {
            results.push(pool.delete(run).await);
        }
        all(results)
    }

    /// The function and what belongs to it: the log group, once nothing can write
    /// to it any more, and the role, once it has no policies.
    async fn delete_function(&self, run: &Run) -> Result<()> {
        let (function, policies) = tokio::join!(
            async {
                match &self.function {
                    Some(function) => function.delete(run).await,
                    None => Ok(()),
                }
            },
            async {
                match &self.role {
                    Some(role) => role.delete_policies(run).await,
                    None => Ok(()),
                }
            },
        );
        let nothing_writes = function.is_ok() && policies.is_ok();
        join_all!(
            async { function },
            async {
                policies?;
                match &self.role {
                    Some(role) => role.delete(run).await,
                    None => Ok(()),
                }
            },
            async {
                match &self.log_group {
                    Some(group) if nothing_writes => group.delete(run).await,
                    _ => Ok(()),
                }
            },
        )?;
        Ok(())
    }

    /// Prints what would be deleted, and by which calls.
    pub(crate) fn show(&self, run: &Run) {
        for line in self.lines() {
            run.console.line(&format!("Would delete: {line}"));
        }
        let foreign = self.role.iter().flat_map(Role::foreign_policies);
        for policy in foreign {
            run.console.line(&format!(
                "Would remove, though somebody else added it to the role: {policy}"
            ));
        }
    }

    fn lines(&self) -> Vec<String> {
        let mut lines = Vec::new();
        for Api { id, .. } in &self.apis {
            lines.push(format!("API '{id}' (DeleteApi)"));
        }
        for UserPool { id, domain, .. } in &self.user_pools {
            if let Some(domain) = domain {
                lines.push(format!("Sign-in domain '{domain}' (DeleteUserPoolDomain)"));
            }
            lines.push(format!("User Pool '{id}' (DeleteUserPool)"));
        }
        if let Some(Function { name }) = &self.function {
            lines.push(format!("Function '{name}' (DeleteFunction)"));
        }
        if let Some(Role { name, .. }) = &self.role {
            lines.push(format!("Role '{name}' (DeleteRolePolicy, DeleteRole)"));
        }
        if let Some(LogGroup { name, .. }) = &self.log_group {
            lines.push(format!("Log group '{name}' (DeleteLogGroup)"));
        }
        lines
    }
}
