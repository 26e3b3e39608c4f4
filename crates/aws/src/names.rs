//! Names that AWS gives, and that `create` and `delete` must agree on.

/// The log group that Lambda writes a function's log to.
pub fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

/// The name of the policy that is written into the function's role.
pub const ROLE_POLICY: &str = "WriteOwnLogGroup";

/// The ARN of AWS's policy that lets a function write logs, and make log
/// groups, in the partition of the account: `aws`, in China `aws-cn`. It is the
/// role's boundary; earlier versions of `create`, and the Python scripts,
/// attached it.
pub fn basic_execution_policy(partition: &str) -> String {
    format!("arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
}
