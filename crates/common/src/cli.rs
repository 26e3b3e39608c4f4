//! The flags that all programs take.

use std::path::PathBuf;

use clap::Args;

/// In the help, a program's own flags come first.
const LAST: usize = 900;

/// Flags of `create`, `tokens` and `delete` alike.
#[derive(Args, Clone, Debug, Default)]
pub struct CommonArgs {
    /// Read settings from this file (the environment comes first) [default: .env]
    #[arg(long, value_name = "PATH", global = true, display_order = LAST)]
    pub env_file: Option<PathBuf>,

    /// The file that records what was created [default: $STATE_FILE or state.json]
    #[arg(long, value_name = "PATH", global = true, display_order = LAST)]
    pub state: Option<PathBuf>,

    /// Narrate every call on stderr: why it is made, what is sent, what comes back
    #[arg(long, global = true, display_order = LAST)]
    pub explain: bool,
}
