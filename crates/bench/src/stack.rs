//! `create` and `delete` behind a proxy that slows down each call.

use std::time::{Duration, Instant};

use e2e::{ProxiedEnv, Rules, chain};
use serde::Serialize;

use crate::sample::{median, ms};

/// Delay per call in milliseconds, and seconds until a new role can be used.
const CONDITIONS: [(u64, u64); 5] = [(0, 0), (50, 0), (200, 0), (0, 6), (200, 6)];

/// What is run, in order: the second `create` finds nothing to do.
const PROGRAMS: [&str; 3] = ["create", "create again", "delete"];

/// One program under one condition: the medians of all runs.
#[derive(Serialize)]
pub(crate) struct Row {
    /// `create`, `create again` without differences, or `delete`.
    pub program: &'static str,
    /// Delay in milliseconds, added to the local cloud's own time per call.
    pub delay_ms: u64,
    /// Seconds from CreateRole until the role can be used.
    pub propagation_s: u64,
    /// Number of calls.
    pub calls: usize,
    /// Number of calls in the longest chain.
    pub chain: usize,
    /// Lower bound for any program: the chain's delays and the propagation.
    pub bound_ms: f64,
    /// Wall time of the program.
    pub wall_ms: f64,
    /// Wall time divided by the bound, if that is not zero.
    pub ratio: Option<f64>,
}

/// Runs the programs `runs` times under each condition, interleaved.
pub(crate) fn measure(runs: u32) -> Vec<Row> {
    let cloud = ProxiedEnv::new();
    let mut all: Vec<(&'static str, (u64, u64), Vec<Run>)> = Vec::new();
    for program in PROGRAMS {
        all.extend(CONDITIONS.map(|condition| (program, condition, Vec::new())));
    }
    for number in 1..=runs {
        eprintln!("create, create again and delete, run {number} of {runs} ...");
        for condition in CONDITIONS {
            for program in PROGRAMS {
                let run = Run::of(&cloud, program, condition);
                let row = all
                    .iter_mut()
                    .find(|row| (row.0, row.1) == (program, condition));
                row.expect("listed above").2.push(run);
            }
        }
    }
    // Only create waits for a role.
    all.retain(|(program, (_, propagation), _)| *program == "create" || *propagation == 0);
    all.into_iter()
        .map(|(program, condition, runs)| row(program, condition, &runs))
        .collect()
}

struct Run {
    wall: Duration,
    calls: usize,
    chain: usize,
    bound: Duration,
}

impl Run {
    fn of(cloud: &ProxiedEnv, program: &str, (delay, propagation): (u64, u64)) -> Run {
        let rules = Rules {
            delay: Duration::from_millis(delay),
            propagation: Duration::from_secs(propagation),
            ..Rules::default()
        };
        cloud.proxy.begin(rules.clone());
        let start = Instant::now();
        let name = program.split(' ').next().expect("a name");
        cloud.env.run(name, &[]).code(0);
        let wall = start.elapsed();
        // Requests that are not AWS calls run alongside them.
        let mut calls = cloud.proxy.calls();
        calls.retain(|call| !call.operation.contains('/'));
        let (chain, bound) = chain::bound(&calls, &rules);
        Run {
            wall,
            calls: calls.len(),
            chain,
            bound,
        }
    }
}

fn row(program: &'static str, (delay_ms, propagation_s): (u64, u64), runs: &[Run]) -> Row {
    let bound = median(runs.iter().map(|run| run.bound));
    let ratio = |run: &Run| run.wall.as_secs_f64() / run.bound.as_secs_f64();
    Row {
        program,
        delay_ms,
        propagation_s,
        calls: median(runs.iter().map(|run| run.calls)),
        chain: median(runs.iter().map(|run| run.chain)),
        bound_ms: ms(bound),
        wall_ms: ms(median(runs.iter().map(|run| run.wall))),
        ratio: (!bound.is_zero()).then(|| median(runs.iter().map(ratio))),
    }
}
