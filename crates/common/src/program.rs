//! The `main` of each program: settings before threads, one exit point.

use std::future::Future;
use std::process::ExitCode;

use crate::cli::CommonArgs;
use crate::console;
use crate::failure::{Exit, Failure, Result};
use crate::settings::Settings;

/// Reads the settings, runs the program, prints its error and returns its exit code.
///
/// `.env` is loaded here, while there is only one thread: it goes into the
/// process environment, where the AWS SDK finds its own settings.
pub fn main<F>(args: &CommonArgs, run: impl FnOnce(Settings) -> F) -> ExitCode
where
    F: Future<Output = Result<Exit>>,
{
    let ended = Settings::load(args).and_then(|settings| runtime()?.block_on(run(settings)));
    match ended {
        Ok(exit) => exit.into(),
        Err(failure) => {
            console::print_failure(&failure);
            failure.exit().into()
        }
    }
}

/// One thread is enough: the programs' concurrent tasks wait for the network.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("Cannot start: {error}")))
}
