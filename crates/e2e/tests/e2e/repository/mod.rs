//! The repository itself: imports, dependencies, documents.

mod dependencies;
mod imports;
mod operations;
mod readme;
mod source;
