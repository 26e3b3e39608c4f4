//! Files written by the older Python scripts: the same keys, except for those
//! that identify the deployment.

use super::model::State;

impl State {
    /// Whether the older Python scripts wrote this: it has no `deployment_id`.
    pub fn is_from_python(&self) -> bool {
        self.deployment_id.is_none()
    }

    /// The account in the role's ARN: the scripts do not record it elsewhere.
    pub fn account_of_role(&self) -> Option<&str> {
        self.lambda_role_arn.as_deref()?.split(':').nth(4)
    }
}
