//! `create` on a stack that is there: it brings it to what code and settings say.

mod by_hand;
mod by_make;
mod deleted;
mod function;
mod gateway;
mod properties;
mod settings;
mod sign_in;
mod sweeps;
