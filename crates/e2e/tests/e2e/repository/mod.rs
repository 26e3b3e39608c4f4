//! The repository itself: imports, dependencies, documents, packages.

mod dependencies;
mod imports;
mod operations;
mod readme;
mod requirements;
mod source;
