//! What the file of a resource says: how it is found, made, changed, recorded
//! and worded. What is done with that, for all resources alike, is in
//! [`steps`](crate::steps).

pub(crate) mod prelude;

use aws_client::CallResult;
use aws_client::explain::Operation;
use aws_smithy_types::DateTime;

use crate::compare::change::Change;
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
    /// Whether it has no line on stdout: then only a change is reported, on stderr.
    const QUIET: bool = false;
    /// What it refers to: the [`Ref`](Resource::Ref)s of resources made before it.
    type Needs;
    /// What other resources need to refer to it, such as an id or an ARN.
    type Ref: Reference;

    /// The resource that refers to these.
    fn new(needs: Self::Needs) -> Self;

    /// Its kind and name, for example `Route 'GET /hello'`.
    fn title(&self, run: &Run) -> String;

    /// The name under which its create call is noted in state.json while it is
    /// under way: one for each resource, so that none ends the note of another.
    fn noted_as(&self) -> String {
        Self::CREATE.name.to_owned()
    }

    /// Its line of output: what was made, and how it was changed.
    fn line(&self, run: &Run, made: &Self::Ref, change: &Change) -> String;

    /// Makes it, by one call that is sent once.
    ///
    /// # Errors
    /// If AWS refuses, or its response is lost or lacks the id.
    async fn create(&self, run: &Run) -> CallResult<Self::Ref>;
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

/// Several ARNs.
impl Reference for Vec<String> {
    fn unknown() -> Vec<String> {
        Vec::new()
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
