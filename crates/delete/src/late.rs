//! What appears while the rest is deleted, or after it.

use aws_client::retry::Backoff;
use common::Result;

use crate::run::Run;
use crate::stack::Stack;

/// Looks again until nothing more can appear, and deletes what does: a call
/// without a response may take effect after the program that made it has ended.
pub(crate) async fn delete(run: &Run) -> Result<()> {
    let mut backoff = Backoff::exponential();
    let mut shown = None;
    loop {
        // Read first, so that the last look comes after the time is over.
        let unsettled = run.unsettled();
        Stack::find(run).await?.delete(run).await?;
        let Some(left) = unsettled else {
            return Ok(());
        };
        shown.get_or_insert_with(|| {
            run.console.waiting(format!(
                "Waiting until nothing more can appear: a call was not answered, or what it made is not visible yet; {} s at most",
                left.as_secs() + 1
            ))
        });
        backoff.wait_at_most(left).await?;
    }
}
