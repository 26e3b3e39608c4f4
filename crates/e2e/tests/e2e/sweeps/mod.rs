//! Every call, broken in every way: killed, lost, delayed, seen late.

mod crash;
mod faults;
mod lag;
mod late;
pub(crate) mod workers;
