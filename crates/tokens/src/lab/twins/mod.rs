//! Careless twins: a small API and a small client that run the real checks but
//! one. An experiment attacks the twin first, and there the attack succeeds:
//! that shows what the check is for, and that the attack is a real one.
//!
//! Only the lab can name this module. A twin listens on 127.0.0.1, at a port of
//! the system's choice, and only while an experiment waits for its answer.

pub(super) mod api;
pub(super) mod callback;
pub(super) mod client;
pub(super) mod code;
mod header_key;
pub(super) mod serve;

/// What became of an attack on a twin.
#[derive(Clone, Debug)]
pub(crate) struct Twin {
    /// What it is: an API or a client.
    pub who: &'static str,
    /// The one check that it leaves out.
    pub left_out: &'static str,
    /// Whether the attack succeeded.
    pub succeeded: bool,
    /// What the attacker got.
    pub got: String,
}
