//! Names that AWS sets, or that `create` and `delete` must agree on.

/// The user pool's name, without `NAME_SUFFIX`.
pub const USER_POOL: &str = "HelloUserPool";
/// The HTTP API's name, without `NAME_SUFFIX`.
pub const API: &str = "HelloAPI";
/// The function's name, without `NAME_SUFFIX`.
pub const FUNCTION: &str = "EchoFunction";
/// The name of the function's role, without `NAME_SUFFIX`.
pub const ROLE: &str = "APIGatewayLambdaRole";

/// The log group that Lambda writes a function's log to.
pub fn log_group(function: &str) -> String {
    format!("/aws/lambda/{function}")
}

/// The name of the inline policy of the function's role.
pub const ROLE_POLICY: &str = "WriteOwnLogGroup";

/// The ARN of the AWS managed policy that lets a function write logs and create
/// log groups, in the account's partition: `aws`, in China `aws-cn`. It is the
/// role's permissions boundary; earlier versions of `create`, and the Python
/// scripts, attached it.
pub fn basic_execution_policy(partition: &str) -> String {
    format!("arn:{partition}:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole")
}
