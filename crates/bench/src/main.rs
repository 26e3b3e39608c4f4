//! `make bench`: how fast the programs and the function are, compared with what
//! the network and AWS allow. It prints what it measures, and judges nothing.

#![allow(clippy::print_stderr, clippy::print_stdout)]

mod class;
mod function;
mod machine;
mod programs;
mod report;
mod runtime_api;
mod sample;
mod stack;

use std::path::PathBuf;

use clap::Parser;

use crate::report::Report;

/// Measure the programs and the function, against the local cloud.
#[derive(Parser)]
struct Args {
    /// How many runs each median is of
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,

    /// Write the numbers to this file as JSON too
    #[arg(long, value_name = "PATH")]
    json: Option<PathBuf>,
}

fn main() -> std::io::Result<()> {
    let args = Args::parse();
    let report = Report {
        machine: machine::describe(),
        profile: machine::PROFILE.to_owned(),
        runs: args.runs,
        functions: function::measure(args.runs),
        programs: programs::measure(args.runs),
        stack: stack::measure(args.runs),
        class: class::measure(),
    };
    print!("{report}");
    if let Some(path) = args.json {
        let json = serde_json::to_string_pretty(&report)?;
        std::fs::write(path, json + "\n")?;
    }
    Ok(())
}
