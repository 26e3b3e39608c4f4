//! How the user signs in, and how the response gets back to this program.

pub(crate) mod browser;
pub(crate) mod form;
pub(crate) mod headless;
pub(crate) mod listener;
pub(crate) mod method;
pub(crate) mod paste;
