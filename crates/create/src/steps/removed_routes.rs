//! Routes whose row was taken out of the table: they are removed, with their
//! permission, before anything is made: what is to be closed is not left open by a
//! later failure. One that a person added was never recorded, and stays. The record of
//! a route ends once both are gone, so a run that is killed in between goes on where it
//! stopped.

use aws_client::retry::Backoff;
use common::Result;
use common::failure::all;
use common::state::Route as Recorded;
use futures_util::future::join_all;

use crate::config::names::ROUTES;
use crate::config::routes::statement_id;
use crate::live::{permission, route};
use crate::resource::{Key, Resource};
use crate::route::{Route, title};
use crate::run::Run;
use crate::steps::ensure::until_ready;

/// Their names, for `--dry-run`.
pub(crate) fn titles(run: &Run) -> Vec<String> {
    list(run).iter().map(|route| title(&route.key)).collect()
}

/// Removes them, and says so.
///
/// # Errors
/// If AWS refuses, or state.json cannot be written.
pub(crate) async fn remove(run: &Run) -> Result<()> {
    let removed = list(run);
    all(join_all(removed.iter().map(|route| route.remove(run))).await)
}

/// A route that is recorded and in no row.
struct RemovedRoute {
    key: String,
    recorded: Recorded,
}

fn list(run: &Run) -> Vec<RemovedRoute> {
    let mut routes = run.state.get().routes();
    for row in ROUTES {
        routes.remove(&row.key());
    }
    let removed = |(key, recorded)| RemovedRoute { key, recorded };
    routes.into_iter().map(removed).collect()
}

impl RemovedRoute {
    async fn remove(&self, run: &Run) -> Result<()> {
        if let Some(route) = self.find(run).await? {
            let was_there = self.delete_route(run, &route).await?;
            let what = title(&self.key);
            let told = if was_there {
                run.summary.borrow_mut().count_deleted();
                "is deleted: it is no longer in the table"
            } else {
                "is no longer in the table, and was gone already"
            };
            run.console.line(&format!("{what} {told}"));
        }
        self.remove_permission(run).await?;
        run.save(|state| {
            state.api_routes.get_or_insert_default().remove(&self.key);
            for call in self.calls() {
                state.under_way.end(&call);
                state.lost_calls.end(&call);
            }
        })
    }

    /// The calls that made it, and its permission.
    fn calls(&self) -> [String; 2] {
        ["CreateRoute", "AddPermission"].map(|call| format!("{call} {}", self.key))
    }

    /// Where it is: as recorded, or as a call has made it whose answer was lost.
    async fn find(&self, run: &Run) -> Result<Option<Key>> {
        let state = run.state.get();
        let Some(api) = state.api_id.clone() else {
            return Ok(None);
        };
        let [call, _] = self.calls();
        // A call may have made it anew, after somebody had deleted the recorded one.
        if state.under_way.since(&call).is_none() {
            let recorded = self.recorded.id.as_ref();
            return Ok(recorded.map(|id| Key::within(api, id)));
        }
        let mut poll = Backoff::poll();
        loop {
            let left = state.under_way.left(&call, run.settle);
            let found = route::search(run, &api, &self.key).await?.pop();
            if found.is_some() || left.is_none() || !poll.wait().await? {
                return Ok(found);
            }
        }
    }

    async fn delete_route(&self, run: &Run, route: &Key) -> Result<bool> {
        until_ready(run, Route::NAME, async || {
            let _turn = run.turn_at_the_api::<Route>().await;
            route::delete(run, route).await
        })
        .await
    }

    /// Until no call can add it any more.
    async fn remove_permission(&self, run: &Run) -> Result<()> {
        // Without a function of ours, one of that name is somebody else's.
        if run.state.get().lambda_function_arn.is_none() {
            return Ok(());
        }
        let ([_, call], id) = (self.calls(), statement_id(&self.key));
        let mut poll = Backoff::poll();
        loop {
            let left = run.state.get().under_way.left(&call, run.settle);
            let remove = async || permission::remove(run, &id).await;
            let gone = until_ready(run, "permission", remove).await?;
            if gone || left.is_none() || !poll.wait().await? {
                return Ok(());
            }
        }
    }
}
