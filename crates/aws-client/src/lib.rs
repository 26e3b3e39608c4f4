//! AWS code that `create` and `delete` share: clients, errors, and how to find
//! the resources of a deployment.

pub mod account;
mod clients;
mod credentials;
pub mod domain;
mod endpoint;
pub mod error;
pub mod explain;
pub mod find;
mod http;
mod interceptors;
pub mod names;
mod owner;
pub mod retry;

pub use clients::Clients;
pub use error::{CallError, CallResult, Kind, Named};
pub use find::DeploymentTag;
