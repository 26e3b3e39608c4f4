//! The flags of the commands that get tokens without a callback.

use super::request::BindingArgs;
use super::{Args, PrintedToken};

/// The flags of `tokens device`.
#[derive(Clone, Debug, clap::Args)]
pub struct DeviceArgs {
    /// Scopes to request, for example "openid email" [default: openid]
    #[arg(long, value_name = "SCOPES")]
    pub scopes: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub binding: BindingArgs,

    /// Open the page in a browser of this machine too, with the code filled in where the provider allows that
    #[arg(long)]
    pub open: bool,

    /// Print one JSON object on stdout: tokens, decoded tokens, checks, request and response
    #[arg(long)]
    pub json: bool,

    /// Print nothing but this token on stdout, once it has passed its checks; the API is not called
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["json", "fail", "logout"])]
    pub print: Option<PrintedToken>,

    /// Exit with code 3 when the API refuses the request
    #[arg(long)]
    pub fail: bool,

    /// Use the refresh token once and show what changed
    #[arg(long)]
    pub refresh: bool,

    /// Ask the userinfo endpoint who signed in
    #[arg(long)]
    pub userinfo: bool,

    /// Revoke the refresh token at the end
    #[arg(long)]
    pub logout: bool,
}

/// The flags of `tokens client-credentials`.
#[derive(Clone, Debug, clap::Args)]
pub struct ClientCredentialsArgs {
    /// Scopes to request [default: none, and the provider decides]
    #[arg(long, value_name = "SCOPES")]
    pub scopes: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub binding: BindingArgs,

    /// Print one JSON object on stdout: token, decoded token, checks, request and response
    #[arg(long)]
    pub json: bool,

    /// Print nothing but this token on stdout, once it has passed its checks; the API is not called
    #[arg(long, value_name = "TOKEN", conflicts_with_all = ["json", "fail"])]
    pub print: Option<PrintedToken>,

    /// Exit with code 3 when the API refuses the request
    #[arg(long)]
    pub fail: bool,
}

impl DeviceArgs {
    /// The flags of a run that gets tokens, with those of this command.
    pub(crate) fn of_run(&self, args: &Args) -> Args {
        Args {
            scopes: self.scopes.clone(),
            binding: self.binding.clone(),
            json: self.json,
            print: self.print,
            fail: self.fail,
            refresh: self.refresh,
            userinfo: self.userinfo,
            logout: self.logout,
            ..args.clone()
        }
    }
}

impl ClientCredentialsArgs {
    /// The flags of a run that gets tokens, with those of this command.
    pub(crate) fn of_run(&self, args: &Args) -> Args {
        Args {
            scopes: self.scopes.clone(),
            binding: self.binding.clone(),
            json: self.json,
            print: self.print,
            fail: self.fail,
            ..args.clone()
        }
    }
}
