//! The function's log group.
//!
//! Lambda would create one by itself, but that one would keep everything for
//! ever, and nobody would delete it: it would not carry our tag.

use aws_client::names;
use aws_sdk_cloudwatchlogs::operation::create_log_group::builders::CreateLogGroupFluentBuilder;

use crate::resource::prelude::*;

/// How long a log line is kept, in days: long enough to look at what happened.
pub(crate) const RETENTION: i32 = 7;

/// The log group of the function.
pub(crate) struct LogGroup;

/// Who made an existing log group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Owner {
    /// This deployment.
    Ours,
    /// Somebody else: it is used as it is, and `delete` leaves it.
    Foreign,
}

impl Reference for Owner {
    fn unknown() -> Owner {
        Owner::Ours
    }
}

impl LogGroup {
    pub(crate) fn create_call(&self, run: &Run) -> CreateLogGroupFluentBuilder {
        run.aws
            .logs
            .create_log_group()
            .log_group_name(name(run))
            .set_tags(Some(run.tags()))
    }

    /// CreateLogGroup cannot set it.
    pub(crate) async fn put_retention(&self, run: &Run) -> CallResult {
        let call = run
            .aws
            .logs
            .put_retention_policy()
            .log_group_name(name(run));
        let answer = call.retention_in_days(RETENTION).send().await;
        answer.named("PutRetentionPolicy").map(drop)
    }
}

pub(crate) fn name(run: &Run) -> String {
    names::log_group(&run.config.names.function)
}

impl Resource for LogGroup {
    const NAME: &'static str = "log group";
    const CREATE: Operation = Operation::new(
        "CreateLogGroup",
        "Makes the function's log group before Lambda does: only then does it carry our tag and a retention.",
        &[],
    );
    const QUIET: bool = true;
    type Needs = ();
    type Ref = Owner;

    fn new((): ()) -> LogGroup {
        LogGroup
    }

    fn title(&self, run: &Run) -> String {
        format!("Log group '{}'", name(run))
    }

    fn line(&self, run: &Run, _: &Owner, change: &Change) -> String {
        format!("{}{change}", self.title(run))
    }

    async fn create(&self, run: &Run) -> CallResult<Owner> {
        let answer = self.create_call(run).send().await;
        answer.named("CreateLogGroup")?;
        Ok(Owner::Ours)
    }
}
