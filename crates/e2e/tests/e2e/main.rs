//! End-to-end tests: the built programs, against the local cloud, with the
//! function's real zip.

mod bad_input;
mod changes;
mod crash;
mod explain;
mod faults;
mod foreign;
mod iam_policy;
mod lean;
mod make;
mod readme;
mod signals;
mod whole_path;
