//! The flags of `tokens verify`.

use std::path::PathBuf;

/// The flags of `tokens verify`.
#[derive(Clone, Debug, clap::Args)]
pub struct VerifyArgs {
    /// The file with the token; '-' or nothing is standard input. Never the token itself: arguments stay in the shell's history and are seen by other users
    #[arg(value_name = "FILE")]
    pub file: Option<PathBuf>,

    /// Whom the token must be meant for: its aud [default: not checked]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<String>,

    /// Print one JSON object on stdout: the decoded token and the checks
    #[arg(id = "verified", long = "json")]
    pub json: bool,
}
