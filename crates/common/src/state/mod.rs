//! `state.json`: what this deployment is and what it has made so far.

mod file;
mod lock;
mod model;
mod python;
mod route;
mod routes;
mod under_way;

#[cfg(test)]
mod tests;

pub use self::file::{Access, StateFile};
pub use self::model::{State, VERSION};
pub use self::route::Route;
pub use self::under_way::{SETTLE_TIME, now};
