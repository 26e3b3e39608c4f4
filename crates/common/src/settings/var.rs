//! The names of the environment variables.

/// AWS region, for example `us-east-1`. Defined by the SDK.
pub const AWS_REGION: &str = "AWS_REGION";
/// AWS region if `AWS_REGION` is not set.
pub const AWS_DEFAULT_REGION: &str = "AWS_DEFAULT_REGION";
/// A profile in `~/.aws/config`. Defined by the SDK.
pub const AWS_PROFILE: &str = "AWS_PROFILE";
/// URL used instead of AWS's, for example a local cloud's. Defined by the SDK.
pub const AWS_ENDPOINT_URL: &str = "AWS_ENDPOINT_URL";
/// If `true`, the SDK ignores every configured endpoint. Defined by the SDK.
pub const AWS_IGNORE_CONFIGURED_ENDPOINT_URLS: &str = "AWS_IGNORE_CONFIGURED_ENDPOINT_URLS";
/// A file of certificates to trust beside the system's. Defined by the AWS CLI.
pub const AWS_CA_BUNDLE: &str = "AWS_CA_BUNDLE";
/// The test user's password, at least 8 characters.
pub const PASSWORD: &str = "PASSWORD";
/// First label of the hosted sign-in page's host name; unique in a region.
pub const DOMAIN_PREFIX: &str = "DOMAIN_PREFIX";
/// Who may make an account: `open`, anybody with an email address (the default),
/// or `closed`, nobody but an administrator.
pub const SIGN_UP: &str = "SIGN_UP";
/// Appended to the names of pool, API, function and role.
pub const NAME_SUFFIX: &str = "NAME_SUFFIX";
/// Path of the function's zip file, as built by cargo-lambda.
pub const LAMBDA_ZIP: &str = "LAMBDA_ZIP";
/// Path of the file that records what was created.
pub const STATE_FILE: &str = "STATE_FILE";
/// How many seconds after its start a call whose response was lost may still
/// take effect. For tests; the default is AWS's own time, 30 s.
pub const SETTLE_SECONDS: &str = "SETTLE_SECONDS";
/// The program that opens the sign-in page, instead of the desktop's own.
pub const BROWSER: &str = "BROWSER";
/// The secret of a client at another OpenID provider, for `tokens --issuer`.
pub const CLIENT_SECRET: &str = "CLIENT_SECRET";
