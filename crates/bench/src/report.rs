//! The measurements, as tables and as JSON.

use std::fmt::{Display, Formatter, Result};

use serde::Serialize;

use crate::{class, function, programs, stack};

/// All that was measured.
#[derive(Serialize)]
pub(crate) struct Report {
    /// Cores, processor and system.
    pub machine: String,
    /// Cargo profile of the three programs; the function's is always release.
    pub profile: String,
    /// Number of runs behind each median.
    pub runs: u32,
    /// `create` and `delete` under each condition.
    pub stack: Vec<stack::Row>,
    /// Start-up time, memory and size of each program.
    pub programs: Vec<programs::Row>,
    /// 30 people in one account.
    pub class: class::Class,
    /// Our function and the Python one.
    pub functions: [function::Row; 2],
}

impl Display for Report {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Report {
            machine,
            profile,
            runs,
            ..
        } = self;
        writeln!(
            f,
            "{machine}; medians of {runs} runs; programs: {profile} profile, function: release\n"
        )?;
        self.stack(f)?;
        self.class(f)?;
        self.programs(f)?;
        self.functions(f)
    }
}

impl Report {
    fn stack(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "program       per call  IAM takes  calls  chain    bound     wall  wall/bound"
        )?;
        for row in &self.stack {
            let (bound, ratio) = match row.ratio {
                Some(ratio) => (seconds(row.bound_ms), format!("{ratio:.2}")),
                None => ("-".to_owned(), "-".to_owned()),
            };
            writeln!(
                f,
                "{:12}  {:>5} ms  {:>7} s  {:>5}  {:>5}  {bound:>7}  {:>7}  {ratio:>10}",
                row.program,
                row.delay_ms,
                row.propagation_s,
                row.calls,
                row.chain,
                seconds(row.wall_ms),
            )?;
        }
        writeln!(f)
    }

    fn class(&self, f: &mut Formatter<'_>) -> Result {
        let class = &self.class;
        writeln!(
            f,
            "a class of {}: create {:.0} s (quota: {:.0} s), delete by its quota {:.0} s; {:.0} MiB and {:.1} s of processor for all creates together\n",
            class.people,
            class.create_s,
            class.create_bound_s,
            class.delete_bound_s,
            class.memory_mib,
            class.processor_s,
        )
    }

    fn programs(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "program   --version    --help  peak memory      size")?;
        for row in &self.programs {
            writeln!(
                f,
                "{:8}  {:>6.1} ms  {:>5.1} ms  {:>7.1} MiB  {:>4.1} MiB",
                row.program, row.version_ms, row.help_ms, row.peak_mib, row.size_mib,
            )?;
        }
        writeln!(f)
    }

    fn functions(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(
            f,
            "{:34}  first poll  invocation  peak memory     upload",
            "function"
        )?;
        for row in &self.functions {
            writeln!(
                f,
                "{:34}  {:>7.1} ms  {:>7.2} ms  {:>7.1} MiB  {:>5.1} KiB",
                row.function, row.first_poll_ms, row.invocation_ms, row.peak_mib, row.upload_kib,
            )?;
        }
        let [rust, python] = &self.functions;
        writeln!(
            f,
            "{:34}  {:>9.1}x  {:>9.1}x  {:>10.1}x",
            "Python takes",
            python.first_poll_ms / rust.first_poll_ms,
            python.invocation_ms / rust.invocation_ms,
            python.peak_mib / rust.peak_mib,
        )
    }
}

fn seconds(ms: f64) -> String {
    format!("{:.2} s", ms / 1000.0)
}
