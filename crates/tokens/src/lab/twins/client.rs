//! A client that checks its tokens as this program does, but for one check.

use super::Twin;
use super::api::name_in;
use crate::jwt::access_token::AccessToken;
use crate::jwt::check::{Check, failed};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::jwt::verify;

/// The tokens that an attacker brings, and what the client expects of them.
pub(crate) struct Tokens<'a> {
    pub id: &'a Jwt,
    pub access: &'a AccessToken,
    pub keys: &'a JwkSet,
    pub expect: Expectations<'a>,
}

impl Tokens<'_> {
    /// The real checks, without the one `left_out`, if any.
    pub(crate) fn check(&self, left_out: Option<&str>) -> Vec<Check> {
        let mut checks = verify::check(Some(self.id), self.access, self.keys, &self.expect);
        checks.retain(|check| left_out != Some(check.check));
        checks
    }

    /// Attacks the twin with these tokens.
    pub(crate) fn attack(&self, left_out: &'static str) -> Twin {
        let checks = self.check(Some(left_out));
        let failed = failed(&checks);
        Twin {
            who: "a client",
            left_out,
            succeeded: failed.is_empty(),
            got: match failed.first() {
                None => format!("signed in as {}", name_in(self.id)),
                Some(check) => check.describe(),
            },
        }
    }
}
