//! End-to-end tests: the built programs, against the local cloud, with the
//! function's real zip.

mod bad_input;
mod changes;
mod class;
mod crash;
mod explain;
mod faults;
mod first_minute;
mod foreign;
mod iam_policy;
mod imports;
mod lag;
mod late;
mod lean;
mod make;
mod moto;
mod readme;
mod side_by_side;
mod signals;
mod whole_path;
