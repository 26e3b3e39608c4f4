//! `--follow`: each new line, once.

use std::collections::BTreeSet;
use std::time::Duration;

use common::{Console, Result};

use crate::line::{Line, print};
use crate::log_group::{LogGroup, now};

/// How often is asked. An account may ask 5 times a second.
const PAUSE: Duration = Duration::from_secs(2);

/// For how long a line may be missing from AWS's answers, in milliseconds. Until then
/// it is asked for again.
const DELAY: i64 = 30 * 1000;

/// By how much this machine's clock may be ahead of AWS's, in milliseconds.
const CLOCK_SKEW: i64 = 10 * 60 * 1000;

/// Prints the lines that come after `shown`, until stdout is closed or full.
///
/// # Errors
/// If a call fails.
pub(crate) async fn follow(group: &LogGroup<'_>, shown: &[Line], console: &Console) -> Result<()> {
    let last = shown.last().map(|line| line.timestamp);
    let mut newest = last.unwrap_or_else(|| now() - CLOCK_SKEW);
    let mut seen = Seen::default();
    // Also those that were not asked for.
    seen.new_ones(group.between(newest - DELAY, Some(newest)).await?);
    while !console.is_closed() {
        tokio::time::sleep(PAUSE).await;
        let begin = newest - DELAY;
        let lines = seen.new_ones(group.between(begin, None).await?);
        if let Some(last) = lines.last() {
            newest = newest.max(last.timestamp);
        }
        seen.forget_before(begin);
        print(&lines, console);
    }
    Ok(())
}

/// The lines that were printed, of the time that is asked for again.
#[derive(Default)]
struct Seen(BTreeSet<(i64, String)>);

impl Seen {
    /// Those that were not seen before.
    fn new_ones(&mut self, mut lines: Vec<Line>) -> Vec<Line> {
        lines.retain(|line| self.0.insert((line.timestamp, line.id.clone())));
        lines
    }

    fn forget_before(&mut self, begin: i64) {
        self.0.retain(|(timestamp, _)| *timestamp >= begin);
    }
}
