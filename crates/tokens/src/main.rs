//! `tokens`: sign in from the terminal, look at the tokens, call the API.

use std::process::ExitCode;

use common::program;

fn main() -> ExitCode {
    let args = tokens::Args::of_program().unwrap_or_else(|error| {
        tokens::print_usage_error(&error);
        error.exit()
    });
    let unusable = |failure: &_| tokens::print_failure(&args, failure);
    program::main_or_tell(&args.common, unusable, |settings| {
        tokens::run(args.clone(), settings)
    })
}
