//! The flags of `tokens`.

mod grants;
mod provider;
mod request;
mod verify;

use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use common::cli::CommonArgs;

use self::request::first;

pub use grants::{ClientCredentialsArgs, DeviceArgs};
pub use provider::{ClientAuthMethod, ProviderArgs};
pub use request::{BindingArgs, RequestArgs};
pub use verify::VerifyArgs;

/// Sign in from the terminal, look at the tokens, call the API with them.
#[derive(Clone, Debug, Parser)]
#[command(version = env!("VERSION"), about)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    #[command(subcommand)]
    #[allow(missing_docs)]
    pub command: Option<Command>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub provider: ProviderArgs,

    /// Scopes to request, for example "openid HelloAPI/hello.read" [default: all that the client may request]
    #[arg(long, value_name = "SCOPES")]
    pub scopes: Option<String>,

    /// The route to call, for example "POST /hello" [default: the first of the table]
    #[arg(long, value_name = "ROUTE", conflicts_with = "print")]
    pub route: Option<String>,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub request: RequestArgs,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub binding: BindingArgs,

    /// Open the page for new users instead of the sign-in page
    #[arg(long, conflicts_with = "headless")]
    pub signup: bool,

    /// Open no browser: print the address, and take the answer from the listener or pasted
    #[arg(long, conflicts_with = "headless")]
    pub no_browser: bool,

    /// Sign in as the test user by filling in the sign-in form over HTTP
    #[arg(long, global = true)]
    pub headless: bool,

    /// How long to wait for a sign-in
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,

    /// Write a page that shows what happened to this file, even if it fails
    #[arg(long, global = true, value_name = "FILE")]
    pub report: Option<PathBuf>,

    /// Overwrite the file given to --report even if it is not a report
    #[arg(long, global = true, requires = "report")]
    pub force: bool,

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

    /// Revoke the refresh token at the end and show the address that ends the browser's session
    #[arg(long)]
    pub logout: bool,
}

const LAB_EXIT_CODES: &str = "Exit codes:
  0  every attack was refused by the right party for the right reason; some may be NOT SHOWN
  1  an attack succeeded (FAIL), or the lab stopped early
  2  wrong usage or settings; nothing was called
  3  with --fail: nothing failed, but this cloud cannot show every experiment";

const VERIFY_EXIT_CODES: &str = "Exit codes:
  0  every check holds
  1  a check failed, or the issuer's keys could not be fetched
  2  wrong usage or settings; nothing was called";

const GRANT_EXIT_CODES: &str = "Exit codes:
  0  done
  1  failed: the provider refused, or a check of a token failed
  2  wrong usage or settings; nothing was called
  3  with --fail: the API refused the request
  130  interrupted";

/// A token that `--print` prints.
#[derive(Clone, Copy, Debug, PartialEq, ValueEnum)]
#[allow(missing_docs)]
pub enum PrintedToken {
    Access,
    Id,
    Refresh,
}

/// What else the program can do.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Break the protocol on purpose and see who refuses, and why
    #[command(after_help = LAB_EXIT_CODES)]
    Lab(LabArgs),

    /// Sign in on another device, which needs no browser here (RFC 8628); with --issuer and --client-id
    #[command(after_help = GRANT_EXIT_CODES)]
    Device(DeviceArgs),

    /// Get an access token for this program itself, without a person (RFC 6749 section 4.4); with --issuer, --client-id and CLIENT_SECRET
    #[command(after_help = GRANT_EXIT_CODES)]
    ClientCredentials(ClientCredentialsArgs),

    /// Verify a token from anywhere: every check with its rule. It does not leave this machine
    #[command(after_help = VERIFY_EXIT_CODES)]
    Verify(VerifyArgs),
}

/// The flags of `tokens lab`.
#[derive(Clone, Debug, clap::Args)]
pub struct LabArgs {
    /// The experiments to run, by name [default: all]
    pub names: Vec<String>,

    /// List the experiments and run none
    #[arg(long)]
    pub list: bool,

    /// Before each answer, ask who refuses the attack, and why; needs a terminal
    #[arg(long, conflicts_with = "verdicts")]
    pub quiz: bool,

    /// Print the verdicts as one JSON object on stdout, and nothing else
    #[arg(id = "verdicts", long = "json", conflicts_with = "list")]
    pub json: bool,

    /// Write the verdicts to this file, in the XML format of JUnit
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Exit with code 3 when an experiment is NOT SHOWN on this cloud
    #[arg(id = "all_shown", long = "fail")]
    pub fail: bool,
}

impl Args {
    /// A flag that was given and is for a login only.
    pub(crate) fn login_flag(&self) -> Option<&'static str> {
        let own = first([
            ("--scopes", self.scopes.is_some()),
            ("--route", self.route.is_some()),
            ("--signup", self.signup),
            ("--no-browser", self.no_browser),
            ("--json", self.json),
            ("--print", self.print.is_some()),
            ("--fail", self.fail),
            ("--refresh", self.refresh),
            ("--userinfo", self.userinfo),
            ("--logout", self.logout),
        ]);
        own.or(self.request.given()).or(self.binding.given())
    }
}
