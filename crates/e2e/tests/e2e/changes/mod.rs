//! `create` on an existing stack: it updates it to match code and settings.

mod by_hand;
mod by_make;
mod conflicts;
mod deleted;
mod front_end;
mod function;
mod gateway;
mod kept;
mod properties;
mod routes;
mod settings;
mod sign_in;
mod sweeps;
mod two_rows;
