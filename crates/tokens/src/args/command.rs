//! What `tokens` can do beside a login in a browser, and the flags of each.

use std::path::PathBuf;

use clap::Subcommand;

use super::grant::{GrantArgs, ReportArgs, SignInArgs};

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
    #[arg(long, conflicts_with = "json")]
    pub quiz: bool,

    /// Sign in as the test user by filling in the sign-in form over HTTP
    #[arg(long)]
    pub headless: bool,

    /// How long to wait for a sign-in
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(1..=86_400))]
    pub timeout: u64,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub page: ReportArgs,

    /// Print the verdicts as one JSON object on stdout, and nothing else
    #[arg(long, conflicts_with = "list")]
    pub json: bool,

    /// Write the verdicts to this file, in the XML format of JUnit
    #[arg(long, value_name = "FILE")]
    pub junit: Option<PathBuf>,

    /// Exit with code 3 when an experiment is NOT SHOWN on this cloud
    #[arg(long)]
    pub fail: bool,

    /// Refused, with the reason: the lab attacks no server but our own.
    #[arg(long, hide = true)]
    pub issuer: Option<String>,
}

/// The flags of `tokens device`.
#[derive(Clone, Debug, clap::Args)]
pub struct DeviceArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub grant: GrantArgs,

    /// Open the page in a browser of this machine too, with the code filled in where the provider allows that
    #[arg(long)]
    pub open: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub sign_in: SignInArgs,
}

/// The flags of `tokens client-credentials`.
#[derive(Clone, Debug, clap::Args)]
pub struct ClientCredentialsArgs {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub grant: GrantArgs,
}

/// The flags of `tokens verify`.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyArgs {
    /// The file with the token; '-' or nothing is standard input. Never the token itself: arguments stay in the shell's history and are seen by other users
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Who must have issued the token, for example https://login.example.com/realm [default: the stack that create made]
    #[arg(long, value_name = "URL", conflicts_with = "state")]
    pub issuer: Option<String>,

    /// Whom the token must be meant for: its aud [default: not checked]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<String>,

    /// Print one JSON object on stdout: the decoded token and the checks
    #[arg(long)]
    pub json: bool,

    #[command(flatten)]
    #[allow(missing_docs)]
    pub page: ReportArgs,
}
