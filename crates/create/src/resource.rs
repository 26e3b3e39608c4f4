//! What every resource's file says: what is wanted, how it is found, made and
//! changed.

use api_aws::CallError;
use api_core::{Result, State};
use serde::Serialize;

use crate::difference::{Difference, differences};

/// One resource of the stack.
pub(crate) trait Resource {
    /// What messages call it, for example `user pool`.
    const NAME: &'static str;
    /// AWS's operation that makes it.
    const CREATE: &'static str;
    /// Properties that it keeps for as long as it lives, as differences name them.
    const FIXED: &'static [&'static str] = &[];
    /// What others need of it once it is there.
    type Id: Clone;
    /// Every property that we set, by AWS's names, in one comparable value.
    type Properties: Serialize;

    /// What it should be.
    fn wanted(&self) -> Self::Properties;

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

    /// Where what is there is not as wanted.
    fn differences(&self, live: &Live<Self::Id, Self::Properties>) -> Vec<Difference> {
        differences(&live.properties, &self.wanted())
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
