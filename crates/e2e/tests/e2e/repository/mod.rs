//! The repository itself: imports, dependencies, documents, packages.

mod dependencies;
mod documents;
mod imports;
mod operations;
mod pinned;
mod source;
