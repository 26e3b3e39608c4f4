//! What the tokens of a login are checked against.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::jwt::rules::TokenRules;

/// What the tokens are checked against.
#[derive(Clone, Debug)]
pub(crate) struct Expectations<'a> {
    pub rules: &'static TokenRules,
    pub issuer: &'a str,
    pub client_id: &'a str,
    /// The nonce of the authorization request, if there was one.
    pub nonce: Option<&'a str>,
    /// Whether the tokens come from a refresh: if so, the nonce may be missing
    /// (OpenID Connect Core section 12.2).
    pub refreshed: bool,
    pub scopes: &'a [String],
    /// The `max_age` of the authorization request, in seconds: with it, the id
    /// token must say when the person signed in.
    pub max_age: Option<i64>,
    /// What the access token must be bound to.
    pub binding: Binding<'a>,
    pub now: i64,
}

/// What an access token must be bound to, as far as it can be read here.
#[derive(Clone, Debug, Default)]
pub(crate) struct Binding<'a> {
    /// The thumbprint of the key that must be in its `cnf` (RFC 9449 section 6.1).
    pub thumbprint: Option<&'a str>,
    /// The APIs that it was asked for (RFC 8707).
    pub resources: Vec<&'a str>,
}

/// The current time, in seconds since 1970.
pub(crate) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.map_or(0, |time| i64::try_from(time.as_secs()).unwrap_or(i64::MAX))
}
