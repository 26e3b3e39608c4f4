//! Reading a log group (FilterLogEvents).

use aws_client::error::optional;
use aws_client::{CallError, Clients, Named};
use common::{Failure, Result, state};

use crate::line::Line;

/// For how many days lines are kept, unless somebody has changed that.
pub(crate) const DAYS: i64 = 7;

const MINUTE: i64 = 60 * 1000;
const HOUR: i64 = 60 * MINUTE;

/// How far back is read until there are enough lines. AWS reads a log from its old end
/// only, so a long stretch would cost many calls where a short one is enough.
const STRETCHES: [i64; 5] = [10 * MINUTE, HOUR, 6 * HOUR, 24 * HOUR, DAYS * 24 * HOUR];

/// The function's log group.
pub(crate) struct LogGroup<'a> {
    pub aws: &'a Clients,
    pub name: String,
}

impl LogGroup<'_> {
    /// The last `count` lines, oldest first.
    ///
    /// # Errors
    /// If the group is missing, or a call fails.
    pub(crate) async fn last(&self, count: usize) -> Result<Vec<Line>> {
        let now = now();
        let mut found = Vec::new();
        // The newest stretch has no end: AWS's clock may be ahead of this machine's.
        let mut end = None;
        for stretch in STRETCHES {
            let begin = now - stretch;
            found = [self.between(begin, end).await?, found].concat();
            if found.len() >= count {
                break;
            }
            end = Some(begin - 1);
        }
        Ok(found.split_off(found.len().saturating_sub(count)))
    }

    /// The lines from `begin` to `end`, in milliseconds since 1970, oldest first.
    ///
    /// # Errors
    /// If the group is missing, or a call fails.
    pub(crate) async fn between(&self, begin: i64, end: Option<i64>) -> Result<Vec<Line>> {
        let call = self
            .aws
            .logs
            .filter_log_events()
            .log_group_name(&self.name)
            .start_time(begin)
            .set_end_time(end);
        let mut pages = call.into_paginator().send();
        let mut lines = Vec::new();
        while let Some(page) = pages.next().await {
            let page = optional(page.named("FilterLogEvents")).map_err(no_logs)?;
            let events = page.ok_or_else(|| self.missing())?.events;
            lines.extend(events.into_iter().flatten().map(Line::of));
        }
        // Each instance of the function has a stream of its own.
        lines.sort_by_key(|line| line.timestamp);
        Ok(lines)
    }

    fn missing(&self) -> Failure {
        Failure::failed(format!("There is no log group '{}'", self.name))
            .with_hint("'make api' makes it again, if somebody has deleted it")
    }
}

/// The failure of a call, which this cloud may not know.
fn no_logs(error: CallError) -> Failure {
    if error.is_unknown_operation() {
        return Failure::failed(format!("This cloud has no log to read: {error}"))
            .with_hint("on AWS and in MiniStack it has");
    }
    error.into()
}

/// Milliseconds since 1970.
pub(crate) fn now() -> i64 {
    state::now().try_into().unwrap_or(i64::MAX)
}
