//! What each resource's module defines: the desired properties, and how the
//! resource is found, created and updated.

pub(crate) mod change;
pub(crate) mod difference;

use aws_client::CallError;
use common::{Result, State};
use serde::Serialize;

use self::difference::{Difference, differences};

/// One resource of the stack.
pub(crate) trait Resource {
    /// Its name in messages, for example `user pool`.
    const NAME: &'static str;
    /// The AWS operation that creates it.
    const CREATE: &'static str;
    /// Properties that cannot be changed in place, by [`Difference::property`].
    const IMMUTABLE: &'static [&'static str] = &[];
    /// What other resources need to refer to it, such as an id or ARN.
    type Id: Clone;
    /// Every property that we set, by AWS's names, in one comparable value.
    type Properties: Serialize;

    /// Its desired properties.
    fn desired(&self) -> Self::Properties;

    /// Finds this deployment's resource by tag, or by name within its parent,
    /// for when state.json does not record it.
    ///
    /// # Errors
    /// If a call fails, or somebody else's resource has the name.
    async fn find(&self) -> Result<Option<Live<Self::Id, Self::Properties>>>;

    /// Creates it, as desired, by one call that is sent once.
    ///
    /// # Errors
    /// If AWS refuses, or its response is lost.
    async fn create(&self) -> Result<Self::Id, CallError>;

    /// Changes the properties that differ.
    ///
    /// # Errors
    /// If AWS refuses.
    async fn update(
        &self,
        live: &Live<Self::Id, Self::Properties>,
        differences: &[Difference],
    ) -> Result<(), CallError>;

    /// Records it in `state`, the content of state.json.
    fn record(&self, id: &Self::Id, state: &mut State);

    /// The differences between the live and the desired properties.
    fn differences(&self, live: &Live<Self::Id, Self::Properties>) -> Vec<Difference> {
        differences(&live.properties, &self.desired())
    }
}

/// A live resource, as AWS describes it.
#[derive(Clone, Debug)]
pub(crate) struct Live<I, P> {
    /// What other resources need to refer to it.
    pub id: I,
    /// The properties that we set.
    pub properties: P,
}
