//! The built `tokens` program against a sign-in server of the tests' own,
//! which can be told to lie.

mod after;
mod ends;
mod first_minute;
mod forged;
mod hostile;
mod hygiene;
mod idp;
mod jwt;
mod lab;
mod program;
mod report;
mod role;
mod wire;
