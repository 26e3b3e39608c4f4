//! The `main` of each program: settings before threads, one exit point.

use std::future::Future;
use std::panic::{self, AssertUnwindSafe, PanicHookInfo};
use std::process::ExitCode;

use crate::cli::CommonArgs;
use crate::console;
use crate::failure::{Exit, Failure, Joined, Result};
use crate::settings::Settings;

/// Reads the settings, runs the program, prints its error and returns its exit code.
///
/// `.env` is loaded here, while there is only one thread: it goes into the
/// process environment, where the AWS SDK finds its own settings.
pub fn main<F>(args: &CommonArgs, run: impl FnOnce(Settings) -> F) -> ExitCode
where
    F: Future<Output = Result<Exit>>,
{
    main_or_tell(args, |_| {}, run)
}

/// Like [`main`], for a program that tells a script if its settings are not
/// usable: `unusable` is called with the reason.
pub fn main_or_tell<F>(
    args: &CommonArgs,
    unusable: impl FnOnce(&Failure),
    run: impl FnOnce(Settings) -> F,
) -> ExitCode
where
    F: Future<Output = Result<Exit>>,
{
    panic::set_hook(Box::new(print_panic));
    let whole = || {
        let settings = Settings::load(args).inspect_err(unusable)?;
        let exit = runtime()?.block_on(run(settings));
        // A program whose results could not be printed has failed too.
        let written = console::stdout_written();
        (exit, written).joined().map(|(exit, ())| exit)
    };
    match panic::catch_unwind(AssertUnwindSafe(whole)) {
        Ok(Ok(exit)) => exit.into(),
        Ok(Err(failure)) => {
            console::print_failure(&failure);
            failure.exit().into()
        }
        Err(_) => Exit::Failed.into(),
    }
}

/// Prints where the program panicked. The message is left out: it may have the
/// password in it, as that of `std::env::set_var` does.
fn print_panic(panic: &PanicHookInfo<'_>) {
    let unknown = || "an unknown place".to_owned();
    let place = panic.location().map_or_else(unknown, ToString::to_string);
    let failure = Failure::failed(format!("The program has a defect, at {place}"));
    console::print_failure(&failure.with_hint(
        "run the same command again: what was made is recorded; please report this line",
    ));
}

/// One thread is enough: the programs' concurrent tasks wait for the network.
fn runtime() -> Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::failed(format!("Cannot start: {error}")))
}
