//! Calls over HTTP, each kept in the record of the login.

pub(crate) mod answer;
pub(crate) mod call;
pub(crate) mod client;
pub(crate) mod navigation;
pub(crate) mod ready;
