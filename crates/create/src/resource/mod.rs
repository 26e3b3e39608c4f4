//! What every resource's file says: what is desired, how the resource is found,
//! made and changed.

pub(crate) mod change;
pub(crate) mod difference;

use api_aws::CallError;
use api_core::{Result, State};
use serde::Serialize;

use self::difference::{Difference, differences};

/// One resource of the stack.
pub(crate) trait Resource {
    /// What messages call it, for example `user pool`.
    const NAME: &'static str;
    /// AWS's operation that makes it.
    const CREATE: &'static str;
    /// Properties that cannot be changed in place, as differences name them.
    const IMMUTABLE: &'static [&'static str] = &[];
    /// What others need of it once it is there.
    type Id: Clone;
    /// Every property that we set, by AWS's names, in one comparable value.
    type Properties: Serialize;

    /// Its properties as they should be.
    fn desired(&self) -> Self::Properties;

    /// The one of this deployment, looked for by tag, or by name in its parent:
    /// for when state.json does not know it.
    ///
    /// # Errors
    /// If a call fails, or the name is somebody else's.
    async fn find(&self) -> Result<Option<Live<Self::Id, Self::Properties>>>;

    /// Makes it, as wanted, by one call that is sent once.
    ///
    /// # Errors
    /// If AWS refuses, or its answer is lost.
    async fn create(&self) -> Result<Self::Id, CallError>;

    /// Changes it where it is not as wanted.
    ///
    /// # Errors
    /// If AWS refuses.
    async fn update(
        &self,
        live: &Live<Self::Id, Self::Properties>,
        differences: &[Difference],
    ) -> Result<(), CallError>;

    /// Puts it into state.json.
    fn record(&self, id: &Self::Id, state: &mut State);

    /// Where the live properties are not the desired ones.
    fn differences(&self, live: &Live<Self::Id, Self::Properties>) -> Vec<Difference> {
        differences(&live.properties, &self.desired())
    }
}

/// A resource that is there, as AWS describes it.
#[derive(Clone, Debug)]
pub(crate) struct Live<I, P> {
    /// What others need of it.
    pub id: I,
    /// The properties that we set.
    pub properties: P,
}
