//! The built `tokens` program against the tests' own sign-in server, which can
//! be told to misbehave.

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
