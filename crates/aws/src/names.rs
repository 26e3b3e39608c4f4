//! Names that AWS gives, and that `create` and `delete` must agree on.

/// The log group that Lambda writes a function's log to.
pub fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

/// The ARN of AWS's policy that lets a function write its log, in the
/// partition of the account: `aws`, in China `aws-cn`.
pub fn basic_execution_policy(partition: &str) -> String {
    format!("arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
}
