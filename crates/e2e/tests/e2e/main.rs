//! End-to-end tests: the built programs, against the local cloud, with the
//! function's real zip.

mod bad_input;
mod whole_path;
