//! What the file of every resource uses.

pub(crate) use aws_client::error::{optional, required};
pub(crate) use aws_client::explain::Operation;
pub(crate) use aws_client::{CallResult, Named};
pub(crate) use common::{Result, State};

pub(crate) use crate::compare::change::Change;
pub(crate) use crate::compare::difference::{Difference, differences, properties};
pub(crate) use crate::resource::{Key, Reference, Resource, milliseconds};
pub(crate) use crate::run::Run;
