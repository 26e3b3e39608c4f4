//! Shows what the function behind the API has logged.

mod follow;
mod line;
mod log_group;

use std::sync::Arc;

use aws_client::{Clients, account, names};
use common::cli::CommonArgs;
use common::{Console, Exit, Failure, Result, Settings, State, interrupt};

use crate::line::print;
use crate::log_group::LogGroup;

const EXIT_CODES: &str = "Exit codes: 0 done; 1 failed; 2 wrong usage or settings; 130 stopped by Ctrl-C, which is how --follow ends";

/// Show the last lines that the function has logged.
#[derive(clap::Parser, Debug)]
#[command(version = env!("VERSION"), after_help = EXIT_CODES, term_width = 80)]
pub struct Args {
    #[command(flatten)]
    #[allow(missing_docs)]
    pub common: CommonArgs,

    /// Go on with each new line, until Ctrl-C
    #[arg(short, long)]
    pub follow: bool,

    /// How many of the last lines to show
    #[arg(short = 'n', long, value_name = "LINES", default_value_t = 20, value_parser = clap::value_parser!(u16).range(1..))]
    pub lines: u16,
}

/// Runs the program.
///
/// # Errors
/// Exit code 2 if there is no state.json, or it belongs to another cloud; 1 if a
/// call fails, or there is no log group.
pub async fn run(args: &Args, settings: Settings) -> Result<Exit> {
    let console = Arc::new(Console::new());
    let state = State::load(&settings.state_file)?.ok_or_else(|| {
        let path = settings.state_file.display();
        Failure::usage(format!("There is no {path}: no function is known"))
            .with_hint("run 'make api' (or 'create') first")
    })?;
    interrupt::listen(|| {})?;
    let aws = Clients::new(&settings, &console, state.region.as_deref()).await?;
    // Another account may have a function of the same name.
    account::check_endpoint_and_region(&state, &aws)?;
    account::check_account(&state, &account::current(&aws).await?.id)?;

    let group = LogGroup {
        aws: &aws,
        name: name(&state)?,
    };
    tokio::select! {
        shown = show(args, &group, &console) => shown.map(|()| Exit::Done),
        () = interrupt::stopped() => Ok(Exit::Interrupted),
    }
}

fn name(state: &State) -> Result<String> {
    let function = state.lambda_function_name.as_deref().ok_or_else(|| {
        Failure::usage("state.json has no lambda_function_name: 'create' has not begun")
            .with_hint("run 'make api' (or 'create') first")
    })?;
    Ok(names::log_group(function))
}

/// Shows the last lines, and then, if asked to, each new one.
async fn show(args: &Args, group: &LogGroup<'_>, console: &Console) -> Result<()> {
    let lines = group.last(usize::from(args.lines)).await?;
    if lines.is_empty() {
        console.note(&nothing(group));
    }
    print(&lines, console);
    if args.follow {
        follow::follow(group, &lines, console).await?;
    }
    Ok(())
}

fn nothing(group: &LogGroup<'_>) -> String {
    let days = log_group::DAYS;
    let cloud = match &group.aws.endpoint_url {
        Some(_) => ", or this cloud keeps nothing of what a function prints",
        None => "; a line takes a few seconds to get there",
    };
    format!(
        "log group '{}' has no line of the last {days} days: nobody has called the API{cloud}",
        group.name
    )
}
