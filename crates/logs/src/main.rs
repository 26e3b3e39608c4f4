//! The program `logs`.

use std::process::ExitCode;

use clap::Parser;
use logs::Args;

fn main() -> ExitCode {
    let args = Args::parse();
    common::program::main(&args.common, |settings| logs::run(&args, settings))
}
