//! `tokens`: sign in from the terminal, look at the tokens, call the API.

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    let args = tokens::Args::parse();
    common::program::main(&args.common.clone(), |settings| tokens::run(args, settings))
}
