//! The built `tokens` program against the tests' own sign-in server, which can
//! be told to misbehave.

mod after_login;
mod back_channel;
mod binding;
mod certification;
mod client_credentials;
mod client_secret;
mod device;
mod failure;
mod fake_browser;
mod first_minute;
mod forged;
mod help;
mod hostile;
mod idp;
mod idp_clients;
mod json_schema;
mod jwt;
mod lab;
mod program;
mod provider;
mod raw_http;
mod report;
mod report_file;
mod request;
mod route;
mod success;
mod terminal;
mod verify;
