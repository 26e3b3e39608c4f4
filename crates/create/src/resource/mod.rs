//! What the file of a resource says: how it is found, made, changed, recorded
//! and worded. What is done with that, for all resources alike, is in
//! [`steps`](crate::steps).

pub(crate) mod prelude;

use aws_client::CallResult;
use aws_client::explain::Operation;
use aws_smithy_types::DateTime;
use common::{Result, State};

use crate::compare::change::Change;
use crate::compare::difference::Difference;
use crate::run::Run;

/// One resource of the stack.
///
/// The create call is the desired state: its properties are compared with AWS's
/// description of the resource, and an update sends those that differ.
#[allow(async_fn_in_trait)] // only used in this crate, on one thread
pub(crate) trait Resource: Sized {
    /// Its name in messages, for example `user pool`.
    const NAME: &'static str;
    /// The call that makes it; a program that dies may leave it under way.
    const CREATE: Operation;
    /// Properties that cannot be changed in place, by [`Difference::property`].
    const IMMUTABLE: &'static [&'static str] = &[];
    /// Whether it is part of the API: AWS accepts one change of an API at a time.
    const PART_OF_API: bool = false;
    /// Whether it has no line on stdout: then only a change is said, on stderr.
    const QUIET: bool = false;

    /// What it refers to: the [`Ref`](Resource::Ref)s of resources made before it.
    type Needs;
    /// What other resources need to refer to it, such as an id or an ARN.
    type Ref: Reference;
    /// AWS's description of it.
    type Live: Clone;

    /// The resource that refers to these.
    fn new(needs: Self::Needs) -> Self;

    /// Its kind and name, for example `Route 'GET /hello'`.
    fn title(run: &Run) -> String;

    /// Its line of output: what was made, and how it was changed.
    fn line(&self, run: &Run, made: &Self::Ref, change: &Change) -> String;

    /// Where the resource is that state.json records.
    fn recorded(state: State) -> Option<Key>;

    /// Reads it; `None` if there is none.
    ///
    /// # Errors
    /// If a call fails, or somebody else's resource has the name.
    async fn get(run: &Run, key: &Key) -> Result<Option<Self::Live>>;

    /// Where this deployment's resource is, by its tag, or by name within its
    /// parent; there are several only if an answer was lost.
    ///
    /// # Errors
    /// If a call fails.
    async fn search(&self, run: &Run) -> Result<Vec<Key>>;

    /// Finds this deployment's resource, for when state.json does not record it.
    ///
    /// # Errors
    /// If a call fails, or somebody else's resource has the name.
    async fn find(&self, run: &Run) -> Result<Option<Self::Live>> {
        match self.search(run).await?.first() {
            Some(key) => Self::get(run, key).await,
            None => Ok(None),
        }
    }

    /// Checks, before a first run makes anything, that nobody has its name, if that
    /// is unique. The run would otherwise leave half a stack.
    ///
    /// # Errors
    /// If a call fails, or the name is taken.
    async fn check_name_is_free(_run: &Run) -> Result<()> {
        Ok(())
    }

    /// Makes it, by one call that is sent once.
    ///
    /// # Errors
    /// If AWS refuses, or its response is lost or lacks the id.
    async fn create(&self, run: &Run) -> CallResult<Self::Ref>;

    /// What others need to refer to the resource that AWS describes.
    ///
    /// # Errors
    /// If the description lacks the id.
    fn reference(run: &Run, live: &Self::Live) -> CallResult<Self::Ref>;

    /// The properties whose live value is not that of the create call.
    fn differences(&self, run: &Run, live: &Self::Live) -> Vec<Difference>;

    /// Changes what differs, and nothing that somebody else has set.
    ///
    /// # Errors
    /// If AWS refuses.
    async fn update(&self, run: &Run, live: &Self::Live, differences: &[Difference]) -> CallResult;

    /// Records it in `state`, the content of state.json; nothing, if its parent and
    /// its name say which it is.
    fn record(&self, _run: &Run, _made: &Self::Ref, _state: &mut State) {}

    /// Whether these differences are mended by making it anew.
    fn must_be_replaced(_differences: &[Difference]) -> bool {
        false
    }

    /// Deletes it, because it [must be replaced](Resource::must_be_replaced).
    ///
    /// # Errors
    /// If AWS refuses, or the new one is somebody else's.
    async fn remove(&self, _run: &Run, _live: &Self::Live) -> Result<()> {
        Ok(())
    }

    /// When AWS made it, in milliseconds since 1970, if AWS says so.
    fn created_at(_live: &Self::Live) -> Option<u64> {
        None
    }

    /// Whether another resource refers to it.
    ///
    /// # Errors
    /// If a call fails.
    async fn is_used(_run: &Run, _key: &Key) -> Result<bool> {
        Ok(false)
    }

    /// Deletes a second one. Of most resources AWS refuses a second one.
    ///
    /// # Errors
    /// If AWS refuses.
    async fn delete(_run: &Run, _key: &Key) -> CallResult {
        Ok(())
    }

    /// Brings the removed one back, because the new one could not be made.
    ///
    /// # Errors
    /// If AWS refuses.
    async fn restore(&self, _run: &Run, _live: &Self::Live) -> Result<()> {
        Ok(())
    }

    /// What is said before it is made, if that takes long.
    fn announcement(&self, _run: &Run, _live: Option<&Self::Live>) -> Option<String> {
        None
    }

    /// What is left to do once others can refer to it.
    ///
    /// # Errors
    /// If a call fails.
    async fn finish(&self, _run: &Run, _made: &Self::Ref, _change: &Change) -> Result<()> {
        Ok(())
    }
}

/// What other resources need to refer to one.
pub(crate) trait Reference: Clone {
    /// Stands for a resource that is not made yet, in the output of `--dry-run`.
    fn unknown() -> Self;
}

/// An id or an ARN.
impl Reference for String {
    fn unknown() -> String {
        "(new)".to_owned()
    }
}

/// Nothing: the resource has a fixed name.
impl Reference for () {
    fn unknown() {}
}

/// Where a resource is: its id or name, and that of the pool or API it is in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Key {
    /// The id of the pool or API; empty if it is in neither.
    pub parent: String,
    /// Its id or its name.
    pub id: String,
}

impl Key {
    /// A resource of its own.
    pub(crate) fn new(id: impl Into<String>) -> Key {
        Key::within(String::new(), id)
    }

    /// A resource in a pool or an API.
    pub(crate) fn within(parent: impl Into<String>, id: impl Into<String>) -> Key {
        Key {
            parent: parent.into(),
            id: id.into(),
        }
    }
}

/// AWS's time in milliseconds since 1970.
pub(crate) fn milliseconds(time: Option<DateTime>) -> Option<u64> {
    u64::try_from(time?.to_millis().ok()?).ok()
}
