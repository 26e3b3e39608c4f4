//! The function's log group. Lambda would create one by itself, but that one
//! would keep everything for ever, and nobody would delete it.

use aws_client::error::optional;
use aws_client::find::{self, Found};
use aws_client::{CallError, Named, names};
use common::{Result, State, join_all};
use serde::Serialize;

use crate::resource::change::Change;
use crate::resource::difference::Difference;
use crate::resource::{self, Resource};
use crate::stack::Stack;

/// The owner of an existing log group.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LogGroup {
    /// This deployment created it.
    Ours,
    /// Somebody else created it: it is used as it is, and `delete` leaves it.
    Foreign,
}

/// The log group as AWS describes it.
pub(crate) type Live = resource::Live<LogGroup, Properties>;

/// The properties that we set on a log group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Properties {
    /// For how many days the log is kept; `None` is for ever.
    retention_in_days: Option<i32>,
}

/// The desired log group.
pub(crate) struct Desired<'a> {
    /// The stack that it belongs to.
    pub stack: &'a Stack,
}

impl Desired<'_> {
    fn name(&self) -> String {
        names::log_group(&self.stack.config.names.function)
    }

    async fn put_retention(&self) -> Result<(), CallError> {
        let call = self.stack.aws.logs.put_retention_policy();
        let call = call
            .log_group_name(self.name())
            .set_retention_in_days(self.desired().retention_in_days);
        call.send().await.named("PutRetentionPolicy")?;
        Ok(())
    }
}

impl Resource for Desired<'_> {
    const NAME: &'static str = "log group";
    const CREATE: &'static str = "CreateLogGroup";
    type Id = LogGroup;
    type Properties = Properties;

    fn desired(&self) -> Properties {
        Properties {
            retention_in_days: Some(7),
        }
    }

    async fn find(&self) -> Result<Option<Live>> {
        let stack = self.stack;
        let (aws, name) = (&stack.aws, self.name());
        let (found, retention_in_days) = join_all!(
            find::log_group(aws, stack.account(), &name, &stack.tag),
            retention(stack, &name),
        )?;
        Ok(match found {
            Found::Nothing => None,
            Found::Ours(()) => Some(Live {
                id: LogGroup::Ours,
                properties: Properties { retention_in_days },
            }),
            // Reports no difference: what is not ours is left as it is.
            Found::Foreign => Some(Live {
                id: LogGroup::Foreign,
                properties: self.desired(),
            }),
        })
    }

    async fn create(&self) -> Result<LogGroup, CallError> {
        let (tag, deployment_id) = self.stack.tag.pair();
        let call = self
            .stack
            .aws
            .logs
            .create_log_group()
            .log_group_name(self.name())
            .tags(tag, deployment_id);
        call.send().await.named("CreateLogGroup")?;
        Ok(LogGroup::Ours)
    }

    async fn update(&self, _: &Live, _: &[Difference]) -> Result<(), CallError> {
        self.put_retention().await
    }

    fn record(&self, group: &LogGroup, state: &mut State) {
        let ours = *group == LogGroup::Ours;
        state.lambda_log_group_name = ours.then(|| self.name());
    }
}

/// Creates or updates the log group, as needed.
pub(crate) async fn ensure(stack: &Stack, live: Option<Live>) -> Result<()> {
    let desired = Desired { stack };
    let name = desired.name();
    let ensured = stack.ensure(&desired, live).await?;
    if ensured.id == LogGroup::Foreign {
        stack.console.note(&format!(
            "log group '{name}' is there already and not ours: it is used, and 'delete' leaves it"
        ));
        return Ok(());
    }
    match ensured.change {
        Change::Created => desired.put_retention().await?,
        Change::Updated(_) => {
            let suffix = ensured.change.suffix();
            stack
                .console
                .message(&format!("Log group '{name}'{suffix}"));
        }
        Change::Unchanged => {}
    }
    Ok(())
}

/// Reads the log group recorded in state.json.
pub(crate) async fn read(stack: &Stack) -> Result<Option<Live>> {
    match stack.state.get().lambda_log_group_name {
        Some(_) if stack.knows_account() => Desired { stack }.find().await,
        _ => Ok(None),
    }
}

/// For how many days the log is kept (DescribeLogGroups); `None` is for ever.
async fn retention(stack: &Stack, name: &str) -> Result<Option<i32>> {
    let call = stack.aws.logs.describe_log_groups();
    let answer = call.log_group_name_prefix(name).send().await;
    let groups = optional(answer.named("DescribeLogGroups"))?.and_then(|it| it.log_groups);
    let mut groups = groups.unwrap_or_default().into_iter();
    let group = groups.find(|group| group.log_group_name() == Some(name));
    Ok(group.and_then(|group| group.retention_in_days))
}
