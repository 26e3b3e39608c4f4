//! The names of the environment variables.

/// AWS region, for example `us-east-1`. The SDK's own.
pub const AWS_REGION: &str = "AWS_REGION";
/// AWS region where `AWS_REGION` is not set.
pub const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// A profile of `~/.aws/config`. The SDK's own.
pub const AWS_PROFILE: &str = "AWS_PROFILE";
/// Another address than AWS's, for example a local cloud's. The SDK's own.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// The test user's password, at least 8 characters.
pub const PASSWORD: &str = "PASSWORD";
/// First label of the hosted sign-in page's host name; unique in a region.
pub const DOMAIN_PREFIX: &str = "DOMAIN_PREFIX";
/// Appended to the names of pool, API, function and role.
pub const NAME_SUFFIX: &str = "NAME_SUFFIX";
/// The function's zip, as cargo-lambda makes it.
pub const LAMBDA_ZIP: &str = "LAMBDA_ZIP";
/// The file that records what was created.
pub const STATE_FILE: &str = "STATE_FILE";
/// For how many seconds a call whose answer was lost may still take effect:
/// a number, for tests. Without it AWS's own time, 30 s.
pub const SETTLE_SECONDS: &str = "SETTLE_SECONDS";
/// The program that opens the sign-in page, instead of the desktop's own.
pub const BROWSER: &str = "BROWSER";
