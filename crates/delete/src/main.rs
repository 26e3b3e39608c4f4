//! The program `delete`.

use std::process::ExitCode;

use clap::Parser;
use delete::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    common::program::main(&args.common, |settings| delete::run(&args, settings))
}
