//! What `create` and `delete` share of AWS: clients, errors, and how to find
//! what a deployment has made.

pub mod account;
pub mod clients;
mod credentials;
pub mod domain;
pub mod error;
pub mod explain;
pub mod find;
pub mod interceptors;
pub mod names;
pub mod retry;

pub use clients::Clients;
pub use error::{CallError, Kind, Named};
pub use find::DeploymentTag;
