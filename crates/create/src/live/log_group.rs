//! How the log group is found, compared and changed.

use aws_client::find::{self, Found};
use common::join_all;

use crate::live::LiveResource;
use crate::log_group::{LogGroup, Owner, RETENTION, name};
use crate::resource::prelude::*;

/// The log group as AWS describes it.
#[derive(Clone, Debug)]
pub(crate) struct Description {
    owner: Owner,
    /// For how many days a line is kept; `None` is for ever.
    retention_in_days: Option<i32>,
}

impl LiveResource for LogGroup {
    type Live = Description;

    fn recorded(&self, state: State) -> Option<Key> {
        state.account_id.and(state.lambda_role_arn)?; // its ARN contains the account
        state.lambda_log_group_name.map(Key::new)
    }

    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Description>> {
        let (found, details) = join_all!(
            find::log_group(&run.aws, run.account(), &key.id, &run.tag),
            find::log_group_details(&run.aws, &key.id),
        )?;
        let owner = match found {
            Found::Nothing => return Ok(None),
            Found::Ours(()) => Owner::Ours,
            Found::OfDeployment(_) | Found::Foreign => Owner::Foreign,
        };
        Ok(Some(Description {
            owner,
            retention_in_days: details.and_then(|group| group.retention_in_days),
        }))
    }

    async fn search(&self, run: &Run) -> Result<Vec<Key>> {
        Ok(vec![Key::new(name(run))])
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
        differences(&[("RetentionInDays", &live_days, &RETENTION)])
    }

    async fn update(&self, run: &Run, _: &Description) -> CallResult {
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
