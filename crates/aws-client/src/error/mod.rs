//! Turns an SDK error into "Operation: Code: message", a [`Kind`] and a hint.

pub(crate) mod body;
mod call;
mod causes;
mod hint;
pub(crate) mod kind;

pub use self::call::{CallError, CallResult, Named, optional, required};
pub use self::causes::chain;
pub use self::kind::Kind;
