//! Every kind of fault at every call: kills, lost responses, delays, lag.

mod crash;
mod faults;
mod lag;
mod late;
pub(crate) mod workers;
