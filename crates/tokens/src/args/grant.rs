//! The flags of every run that gets tokens, with or without a callback.

use std::path::PathBuf;

use clap::ValueEnum;

use super::provider::ProviderArgs;

/// The flags of every run that gets tokens.
#[derive(Clone, Debug, clap::Args)]
pub struct GrantArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub provider: ProviderArgs,

    /// Scopes to request, for example "openid email" [default: all that the stack's client may request; openid at another provider; none for client-credentials]
    #[arg(long, value_name = "SCOPES")]
    pub scopes: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub binding: BindingArgs,

    /// Print one JSON object on stdout: tokens, decoded tokens, checks, request and response
    #[arg(long)]
    pub json: bool,

    /// Print nothing but this token on stdout, once it has passed its checks; the API is not called
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["json", "fail"])]
    pub print: Option<PrintedToken>,

    /// Exit with code 3 when the API refuses the request
    #[arg(long)]
    pub fail: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub page: ReportArgs,
}

/// The flags of every run in which a person signs in.
#[derive(Clone, Debug, clap::Args)]
pub struct SignInArgs {
    /// How long to wait for the sign-in
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,

    /// Use the refresh token once and show what changed
    #[arg(long)]
    pub refresh: bool,

    /// Ask the userinfo endpoint who signed in
    #[arg(long)]
    pub userinfo: bool,

    /// Revoke the refresh token at the end and show the address that ends the browser's session
    #[arg(long, conflicts_with = "print")]
    pub logout: bool,
}

/// What the access token is bound to.
#[derive(Clone, Debug, Default, clap::Args)]
pub struct BindingArgs {
    /// The API that the access token is for, as some providers name it; may be repeated
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Vec<String>,

    /// The API that the access token is for, as its URI (RFC 8707); may be repeated
    #[arg(long, value_name = "URI")]
    pub resource: Vec<String>,

    /// Bind the access token to a key of this run, so that a thief of the token alone cannot use it (RFC 9449)
    #[arg(long)]
    pub dpop: bool,
}

/// The page that shows what happened.
#[derive(Clone, Debug, clap::Args)]
pub struct ReportArgs {
    /// Write a page that shows what happened to this file, even if it fails
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Overwrite the file given to --report even if it is not a report
    #[arg(long, requires = "report")]
    pub force: bool,
}

/// A token that `--print` prints.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
#[allow(missing_docs)]
pub enum PrintedToken {
    Access,
    Id,
    Refresh,
}
