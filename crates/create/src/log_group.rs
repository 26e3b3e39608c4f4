//! The function's log group.
//!
//! Lambda would create one by itself, but that one would keep everything for
//! ever, and nobody would delete it: it would not carry our tag.

use aws_client::find::{self, Found};
use aws_client::names;
use aws_sdk_cloudwatchlogs::operation::create_log_group::builders::CreateLogGroupFluentBuilder;
use common::join_all;

use crate::compare::difference::differences;
use crate::compare::property::Property;
use crate::resource::prelude::*;

/// How long a log line is kept, in days: long enough to look at what happened.
const RETENTION: i32 = 7;

/// The log group of the function.
pub(crate) struct LogGroup;

/// The log group as AWS describes it.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    owner: Owner,
    /// For how many days a line is kept; `None` is for ever.
    retention_in_days: Option<i32>,
}

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
    fn create_call(&self, run: &Run) -> CreateLogGroupFluentBuilder {
        run.aws
            .logs
            .create_log_group()
            .log_group_name(name(run))
            .set_tags(Some(run.tags()))
    }

    /// CreateLogGroup cannot set it.
    async fn put_retention(&self, run: &Run) -> CallResult {
        let call = run
            .aws
            .logs
            .put_retention_policy()
            .log_group_name(name(run));
        let answer = call.retention_in_days(RETENTION).send().await;
        answer.named("PutRetentionPolicy")?;
        Ok(())
    }
}

fn name(run: &Run) -> String {
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
    type Live = Description;

    fn new((): ()) -> LogGroup {
        LogGroup
    }

    fn title(run: &Run) -> String {
        format!("Log group '{}'", name(run))
    }

    fn line(&self, run: &Run, _: &Owner, change: &Change) -> String {
        format!("{}{change}", Self::title(run))
    }

    fn recorded(state: State) -> Option<Key> {
        state.account_id.and(state.lambda_role_arn)?; // its ARN contains the account
        state.lambda_log_group_name.map(Key::new)
    }

    async fn get(run: &Run, key: &Key) -> Result<Option<Description>> {
        let (found, retention_in_days) = join_all!(
            find::log_group(&run.aws, run.account(), &key.id, &run.tag),
            retention(run, &key.id),
        )?;
        let owner = match found {
            Found::Nothing => return Ok(None),
            Found::Ours(()) => Owner::Ours,
            Found::OfDeployment(_) | Found::Foreign => Owner::Foreign,
        };
        Ok(Some(Description {
            owner,
            retention_in_days,
        }))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(name(run))])
    }

    async fn create(&self, run: &Run) -> CallResult<Owner> {
        let answer = self.create_call(run).send().await;
        answer.named("CreateLogGroup")?;
        Ok(Owner::Ours)
    }

    fn reference(_: &Run, live: &Description) -> CallResult<Owner> {
        Ok(live.owner)
    }

    /// None, if it is not ours: it is left as it is.
    fn differences(&self, _: &Run, live: &Description) -> Vec<Difference> {
        let live_days = match live.owner {
            Owner::Ours => live.retention_in_days,
            Owner::Foreign => Some(RETENTION),
        };
        differences([("RetentionInDays", live_days.to_json(), RETENTION.to_json())])
    }

    async fn update(&self, run: &Run, _: &Description, _: &[Difference]) -> CallResult {
        self.put_retention(run).await
    }

    fn record(&self, run: &Run, owner: &Owner, state: &mut State) {
        state.lambda_log_group_name = (*owner == Owner::Ours).then(|| name(run));
    }

    async fn finish(&self, run: &Run, owner: &Owner, change: &Change) -> Result<()> {
        if *owner == Owner::Foreign {
            run.console.note(&format!(
                "log group '{}' is there already and not ours: it is used, and 'delete' leaves it",
                name(run)
            ));
        } else if *change == Change::Created {
            self.put_retention(run).await?;
        }
        Ok(())
    }
}

/// For how many days a line is kept (DescribeLogGroups); `None` is for ever.
async fn retention(run: &Run, name: &str) -> Result<Option<i32>> {
    let call = run.aws.logs.describe_log_groups();
    let mut pages = call.log_group_name_prefix(name).into_paginator().send();
    while let Some(page) = pages.next().await {
        let page = optional(page.named("DescribeLogGroups"))?;
        let mut groups = page.and_then(|page| page.log_groups).into_iter().flatten();
        if let Some(group) = groups.find(|group| group.log_group_name() == Some(name)) {
            return Ok(group.retention_in_days);
        }
    }
    Ok(None)
}
