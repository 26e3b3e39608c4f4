//! How the user signs in, and how the response gets back to this program.

pub(crate) mod browser;
pub(crate) mod form;
mod headless;
pub(crate) mod listener;
pub(crate) mod method;
pub(crate) mod paste;
pub(crate) mod signup;
pub(crate) mod terminal_lines;
