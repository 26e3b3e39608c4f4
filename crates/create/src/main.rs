//! The program `create`.

use std::process::ExitCode;

use clap::Parser;
use create::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    common::program::main(&args.common, |settings| create::run(&args, settings))
}
