//! How the user signs in, and how the response gets back to this program.

pub(crate) mod browser;
pub(crate) mod form;
mod headless;
pub(crate) mod listener;
pub(crate) mod method;
mod paste;
pub(crate) mod signup;
mod terminal_lines;
