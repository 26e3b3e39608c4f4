//! End-to-end tests of the built programs against the local cloud, with the
//! function's real zip file.

mod answers;
mod archive;
mod bad_input;
mod changes;
mod class;
mod endpoint;
mod explain;
mod files;
mod first_minute;
mod foreign;
mod half_deleted;
mod iam_policy;
mod incomplete;
mod logs;
mod lost_state;
mod make;
mod moto;
mod repository;
mod signals;
mod speed;
mod sweeps;
mod terminal;
mod tls;
mod whole_path;
