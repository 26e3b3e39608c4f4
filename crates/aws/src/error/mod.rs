//! From an SDK error to "Operation: Code: message", what kind of refusal it is,
//! and a hint.

pub(crate) mod body;
mod call;
mod causes;
mod hint;
pub(crate) mod kind;

pub use self::call::{CallError, Named, optional};
pub use self::causes::chain;
pub use self::kind::Kind;
