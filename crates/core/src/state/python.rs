//! Files that the older Python scripts wrote: the same keys, without those that
//! say which deployment it is.

use super::model::State;

impl State {
    /// Whether the older Python scripts wrote it: it says nothing of its deployment.
    pub fn is_from_python(&self) -> bool {
        self.deployment_id.is_none()
    }

    /// The account that the role's ARN names: the scripts recorded no other.
    pub fn account_of_role(&self) -> Option<&str> {
        self.lambda_role_arn.as_deref()?.split(':').nth(4)
    }
}
