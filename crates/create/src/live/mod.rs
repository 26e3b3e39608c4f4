//! The live resources: how each is found, compared with its create call, changed
//! and recorded. One file a resource, under the name of its create call's file.

mod api;
mod app_client;
mod authorizer;
mod domain;
mod function;
mod integration;
mod log_group;
pub(crate) mod permission;
mod resource_server;
mod role;
mod role_policy;
pub(crate) mod route;
mod stage;
mod user;
mod user_pool;

use aws_client::CallResult;
use common::{Result, State};

use crate::compare::change::Change;
use crate::compare::difference::Difference;
use crate::resource::{Key, Resource};
use crate::run::Run;

/// A resource that may exist already. Whatever calls AWS fails if AWS refuses, or
/// its answer is lost; other errors are named.
#[allow(async_fn_in_trait)] // only used in this crate, on one thread
pub(crate) trait LiveResource: Resource {
    /// AWS's description of it.
    type Live: Clone;

    /// Where the resource is that state.json records. What it refers to may not be
    /// known yet, here and in [`get`](LiveResource::get).
    fn recorded(&self, state: State) -> Option<Key>;

    /// Reads it; `None` if there is none.
    ///
    /// # Errors
    /// If somebody else's resource has the name.
    async fn get(&self, run: &Run, key: &Key) -> Result<Option<Self::Live>>;

    /// Where this deployment's resource is, by its tag, or by name within its
    /// parent; there are several only if an answer was lost.
    async fn search(&self, run: &Run) -> Result<Vec<Key>>;

    /// Finds this deployment's resource, for when state.json does not record it.
    ///
    /// # Errors
    /// If somebody else's resource has the name.
    async fn find(&self, run: &Run) -> Result<Option<Self::Live>> {
        match self.search(run).await?.first() {
            Some(key) => self.get(run, key).await,
            None => Ok(None),
        }
    }

    /// Checks, before a first run makes anything, that nobody has its name, if that
    /// is unique. The run would otherwise leave half a stack.
    ///
    /// # Errors
    /// If the name is taken.
    async fn check_name_is_free(&self, _run: &Run) -> Result<()> {
        Ok(())
    }

    /// What others need to refer to the resource that AWS describes.
    ///
    /// # Errors
    /// If the description lacks the id.
    fn reference(run: &Run, live: &Self::Live) -> CallResult<Self::Ref>;

    /// The properties whose live value is not that of the create call.
    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference>;

    /// Changes what differs, and nothing that somebody else has set.
    async fn update(&self, run: &Run, live: &Self::Live) -> CallResult;

    /// Records it in `state`, the content of state.json; nothing, if its parent and
    /// its name say which it is.
    fn record(&self, _run: &Run, _made: &Self::Ref, _state: &mut State) {}

    /// Whether what differs is mended by replacing it.
    fn must_be_replaced(&self, _run: &Run, _live: &Self::Live) -> bool {
        false
    }

    /// Deletes it, because it [must be replaced](LiveResource::must_be_replaced).
    ///
    /// # Errors
    /// If the new one is somebody else's.
    async fn remove(&self, _run: &Run, _live: &Self::Live) -> Result<()> {
        Ok(())
    }

    /// When AWS made it, in milliseconds since 1970, if AWS says so.
    fn created_at(_live: &Self::Live) -> Option<u64> {
        None
    }

    /// Whether another resource refers to it.
    async fn is_used(_run: &Run, _key: &Key) -> Result<bool> {
        Ok(false)
    }

    /// Deletes a second one. Of most resources AWS refuses a second one.
    async fn delete(_run: &Run, _key: &Key) -> CallResult {
        Ok(())
    }

    /// Brings the removed one back, because the new one could not be made.
    async fn restore(&self, _run: &Run, _live: &Self::Live) -> Result<()> {
        Ok(())
    }

    /// What is said before it is made, if that takes long.
    fn announcement(&self, _live: Option<&Self::Live>) -> Option<String> {
        None
    }

    /// What is left to do once others can refer to it.
    async fn finish(&self, _run: &Run, _made: &Self::Ref, _change: &Change) -> Result<()> {
        Ok(())
    }
}

/// A client that is asked for the input of a call, and for nothing else.
#[cfg(test)]
fn cognito() -> aws_sdk_cognitoidentityprovider::Client {
    let config = aws_sdk_cognitoidentityprovider::Config::builder().behavior_version_latest();
    aws_sdk_cognitoidentityprovider::Client::from_conf(config.build())
}

/// The members that an update call does not send, of its input's `{:#?}`: AWS would
/// reset them.
#[cfg(test)]
fn left_out(input: &str) -> Vec<&str> {
    input
        .lines()
        .filter(|line| line.starts_with("    ") && !line.starts_with("     "))
        .filter(|line| line.ends_with(": None,"))
        .collect()
}
