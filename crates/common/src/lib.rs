//! Code that all programs share, apart from AWS: settings, `state.json`, the
//! console, errors and exit codes.

pub mod archive;
pub mod cli;
pub mod console;
pub mod endpoint;
pub mod failure;
pub mod file;
pub mod interrupt;
pub mod loopback;
pub mod program;
pub mod settings;
pub mod state;
pub mod styled_text;
pub mod text;

pub use console::Console;
pub use failure::{Exit, Failure, Result};
pub use settings::Settings;
pub use state::{Access, State, StateFile};
pub use styled_text::StyledText;
