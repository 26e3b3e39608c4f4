//! Removes what was made twice, because an answer was lost and AWS's list lagged
//! behind. The one in state.json is kept; our other one is deleted.
//!
//! A person may have added something that looks like ours. So only what a lost
//! call can have made is removed: a call that was sent again, something made at
//! that time, equal to what we would make, and not used by anything. Where AWS does
//! not say when something was made, it is looked for only right after the call.

use aws_client::error::optional;
use common::Result;
use common::state;

use crate::live::LiveResource;
use crate::resource::Key;
use crate::run::Run;

/// By how much this machine's clock and AWS's may differ, in milliseconds.
const CLOCK_SKEW: u64 = 5 * 60 * 1000;

impl Run {
    /// The duplicates of this resource that a lost call has made.
    pub(super) async fn duplicates<R: LiveResource>(&self, resource: &R) -> Result<Vec<Key>> {
        let state = self.state.get();
        let lost_since = state.lost_calls.since(&resource.noted_as());
        let (Some(since), Some(kept)) = (lost_since, resource.recorded(state)) else {
            return Ok(Vec::new());
        };
        // By then AWS has carried out the call, and its lists show what it made.
        let settle = u64::try_from(self.settle.as_millis()).unwrap_or(u64::MAX);
        let end = since.saturating_add(settle.saturating_mul(3));
        let time = since.saturating_sub(CLOCK_SKEW)..end.saturating_add(CLOCK_SKEW);
        let mut found = Vec::new();
        for key in resource.search(self).await? {
            if key == kept {
                continue;
            }
            let Some(live) = resource.get(self, &key).await? else {
                continue;
            };
            let then = match R::created_at(&live) {
                Some(created) => time.contains(&created),
                None => time.contains(&state::now()),
            };
            let equal = resource.differences(self, &live).is_empty();
            if then && equal && !R::is_used(self, &key).await? {
                found.push(key);
            }
        }
        Ok(found)
    }

    /// Removes them. Once AWS's lists must have shown everything, it is not
    /// looked for again.
    pub(super) async fn remove_duplicates<R: LiveResource>(&self, resource: &R) -> Result<()> {
        for key in self.duplicates(resource).await? {
            self.console
                .note(&format!("{}: it is deleted", second::<R>(&key)));
            let _turn = self.turn_at_the_api::<R>().await;
            optional(R::delete(self, &key).await)?;
        }
        if self.state.get().unsettled(self.settle).is_none() {
            self.save(|state| state.lost_calls.end(&resource.noted_as()))?;
        }
        Ok(())
    }
}

/// For example `a second app client of this deployment, '1234fgc1abc'`.
pub(super) fn second<R: LiveResource>(key: &Key) -> String {
    format!("a second {} of this deployment, '{}'", R::NAME, key.id)
}
