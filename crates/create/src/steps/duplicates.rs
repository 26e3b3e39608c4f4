//! Removes what was made twice, because an answer was lost and AWS's list lagged
//! behind. The one in state.json is kept; our other one is deleted.

use aws_client::error::optional;
use common::Result;

use crate::resource::Resource;
use crate::run::Run;

impl Run {
    /// Removes any second one of this resource. Looks for it only if state.json
    /// may lack something.
    ///
    /// # Errors
    /// If a call fails.
    pub(super) async fn remove_duplicates<R: Resource>(&self, resource: &R) -> Result<()> {
        let Some(kept) = R::recorded(self.state.get()) else {
            return Ok(());
        };
        for other in resource.search(self).await? {
            if other == kept {
                continue;
            }
            self.console.note(&format!(
                "a second {} of this deployment, '{}', is deleted; '{}' stays",
                R::NAME,
                other.id,
                kept.id
            ));
            let _turn = self.turn_at_the_api::<R>().await;
            optional(R::delete(self, &other).await)?;
        }
        Ok(())
    }
}
