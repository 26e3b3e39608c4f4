//! What a step waits for: nothing, another step, or several.

use std::cell::OnceCell;
use std::rc::Rc;

use tokio::sync::SetOnce;

use crate::config::routes::RouteRow;
use crate::resource::Reference;

/// A resource of the list, as the steps after it know it.
#[derive(Clone)]
pub(crate) struct Made<T> {
    /// Its live id, or a placeholder; known once the plan is made.
    planned: Rc<OnceCell<T>>,
    /// Its id once it is made and as desired; `None` if its step failed.
    made: Rc<SetOnce<Option<T>>>,
}

impl<T> Default for Made<T> {
    fn default() -> Made<T> {
        Made {
            planned: Rc::default(),
            made: Rc::default(),
        }
    }
}

impl<T> Made<T> {
    /// Keeps the live id, or the placeholder.
    pub(super) fn plan(&self, reference: T) {
        let _ = self.planned.set(reference); // Set once: a plan is made once.
    }

    /// Lets the steps that need it go on.
    pub(super) fn set(&self, reference: T) {
        let _ = self.made.set(Some(reference)); // Set once: a step runs once.
    }

    /// Ends the wait of the steps that need it, unless it is made.
    pub(super) fn skip_the_others(&self) {
        let _ = self.made.set(None); // Has no effect if it is made.
    }
}

/// The steps whose resources a resource refers to.
pub(crate) trait Needs {
    /// What refers to these resources.
    type Refs;

    /// Placeholders: nothing is read yet.
    fn unknown(&self) -> Self::Refs;

    /// The live ids, or placeholders. The list is planned in its order, so what
    /// a step needs is planned before it.
    fn planned(&self) -> Self::Refs;

    /// Waits until all of them are made; `None` if one of them failed.
    async fn made(&self) -> Option<Self::Refs>;
}

/// The same as it is written in the list: by reference.
pub(crate) trait NeedsByReference {
    /// What the step keeps.
    type Needs: Needs;

    /// Keeps a handle of each.
    fn keep(self) -> Self::Needs;
}

impl<T: Reference> Needs for Made<T> {
    type Refs = T;

    fn unknown(&self) -> T {
        T::unknown()
    }

    fn planned(&self) -> T {
        let planned = self.planned.get();
        planned.expect("planned in the list's order").clone()
    }

    async fn made(&self) -> Option<T> {
        self.made.wait().await.clone()
    }
}

impl<T: Reference> NeedsByReference for &Made<T> {
    type Needs = Made<T>;

    fn keep(self) -> Made<T> {
        self.clone()
    }
}

/// The row of a table, which is known from the beginning.
impl Needs for &'static RouteRow {
    type Refs = Self;

    fn unknown(&self) -> Self {
        self
    }

    fn planned(&self) -> Self {
        self
    }

    async fn made(&self) -> Option<Self> {
        Some(self)
    }
}

impl NeedsByReference for &'static RouteRow {
    type Needs = Self;

    fn keep(self) -> Self {
        self
    }
}

macro_rules! several {
    ($($name:ident)*) => {
        #[allow(non_snake_case, clippy::unused_unit)] // with no needs at all
        impl<$($name: Needs),*> Needs for ($($name,)*) {
            type Refs = ($($name::Refs,)*);

            fn unknown(&self) -> Self::Refs {
                let ($($name,)*) = self;
                ($($name.unknown(),)*)
            }

            fn planned(&self) -> Self::Refs {
                let ($($name,)*) = self;
                ($($name.planned(),)*)
            }

            async fn made(&self) -> Option<Self::Refs> {
                let ($($name,)*) = self;
                Some(($($name.made().await?,)*))
            }
        }

        #[allow(non_snake_case, clippy::unused_unit)]
        impl<$($name: NeedsByReference),*> NeedsByReference for ($($name,)*) {
            type Needs = ($($name::Needs,)*);

            fn keep(self) -> Self::Needs {
                let ($($name,)*) = self;
                ($($name.keep(),)*)
            }
        }
    };
}

several!();
several!(A B);
several!(A B C);
several!(A B C D);
