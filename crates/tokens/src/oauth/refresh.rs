//! `--refresh`: new tokens without a new sign-in, compared with the old ones.
//! RFC 6749 section 6, OpenID Connect Core section 12.

use common::{Failure, Result};
use serde::Serialize;
use serde_json::Value;

use crate::config::client::ClientConfig;
use crate::http::client::Http;
use crate::jwt::access_token::{AccessToken, AccessTokenKind};
use crate::jwt::check::{Check, TokenChecks};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::Expectations;
use crate::jwt::verify;
use crate::oauth::discovery::Provider;
use crate::oauth::token;
use crate::oauth::token_set::{CheckedTokens, TokenSet};

/// The new tokens, and how they differ from the old ones.
pub(crate) struct Refreshed {
    pub tokens: TokenSet,
    pub checks: Vec<Check>,
    pub changes: Vec<Change>,
}

/// One claim, before and after the refresh.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Change {
    pub token: &'static str,
    pub claim: String,
    pub changed: bool,
    pub before: Value,
    pub after: Value,
}

impl Refreshed {
    /// Uses the refresh token once and checks the new tokens.
    ///
    /// # Errors
    /// If there is no refresh token, or the server refuses it.
    pub(crate) async fn request(
        http: &Http,
        config: &ClientConfig,
        provider: &Provider,
        login: &mut CheckedTokens,
    ) -> Result<Refreshed> {
        let Some(refresh_token) = &login.tokens.response.refresh_token else {
            return Err(Failure::failed("There is no refresh token to use"));
        };
        let response = token::refresh(http, config, provider, refresh_token).await?;
        // A server that rotates refresh tokens has replaced this one, whatever
        // is wrong with the tokens beside it: the newest is the one to revoke.
        if let Some(newest) = &response.refresh_token {
            login.tokens.response.refresh_token = Some(newest.clone());
        }
        let before = &login.tokens;
        let after = TokenSet::decode(response, config.server.token_rules)?;
        // The server may have changed its keys since the login.
        login.keys.refetch_for(http, &after.jwts()).await?;
        let expect = Expectations {
            nonce: before.id.as_ref().and_then(|id| id.text("nonce")),
            refreshed: true,
            // Fewer may come back, never more (RFC 6749 section 6).
            scopes: &login.scopes,
            ..config.expectations(&provider.issuer)
        };
        let mut checks = verify::check(after.id.as_ref(), &after.access, &login.keys, &expect);
        checks.extend(same_subject(before, &after));
        let mut changes = match (&before.id, &after.id) {
            (Some(before), Some(after)) => compare("id", before, after),
            _ => Vec::new(),
        };
        if let (Some(before), Some(after)) = (&before.access.jwt, &after.access.jwt) {
            changes.extend(compare("access", before, after));
        }
        Ok(Refreshed {
            tokens: after,
            checks,
            changes,
        })
    }
}

/// `sub` must be the same as at login: in the access token, if its format is
/// known, else in the id token.
fn same_subject(before: &TokenSet, after: &TokenSet) -> Option<Check> {
    const RULE: &str = "OIDC Core 12.2";
    let known = |access: &AccessToken| {
        use AccessTokenKind::{Cognito, Rfc9068};
        matches!(access.kind, Cognito | Rfc9068)
    };
    let same = |token, before: Option<&Value>, after: Option<&Value>| {
        let expected = before.and_then(Value::as_str).unwrap_or("a subject");
        TokenChecks(token).equal("sub", expected, after, RULE)
    };
    if known(&before.access) && known(&after.access) {
        let (before, after) = (before.access.claim("sub"), after.access.claim("sub"));
        return Some(same("access", before, after));
    }
    let (before, after) = (before.id.as_ref()?, after.id.as_ref()?);
    Some(same(
        "id",
        before.payload.get("sub"),
        after.payload.get("sub"),
    ))
}

fn compare(token: &'static str, before: &Jwt, after: &Jwt) -> Vec<Change> {
    let gone = before.payload.keys();
    let new = after
        .payload
        .keys()
        .filter(|claim| !before.payload.contains_key(*claim));
    let claims = gone.chain(new);
    let value = |jwt: &Jwt, claim: &str| jwt.payload.get(claim).cloned().unwrap_or(Value::Null);
    claims
        .map(|claim| {
            let (before, after) = (value(before, claim), value(after, claim));
            Change {
                token,
                claim: claim.clone(),
                changed: before != after,
                before,
                after,
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::jwt::check::Verdict;
    use crate::jwt::rules::OPENID;
    use crate::jwt::sign::unsigned;

    /// What a server may send as an access token: its `typ`, or nothing for an opaque
    /// one; and the `sub` of both tokens.
    fn tokens(typ: Option<&str>, sub: &str) -> TokenSet {
        let jwt = |typ: &str| format!("{}.x", unsigned(&json!({"typ": typ}), &json!({"sub": sub})));
        let response = json!({
            "access_token": typ.map_or("opaque".to_owned(), jwt),
            "id_token": jwt("JWT"),
            "token_type": "Bearer",
        });
        TokenSet::decode(serde_json::from_value(response).unwrap(), &OPENID).unwrap()
    }

    #[test]
    fn the_person_must_be_the_same_in_what_this_client_can_read() {
        let (rfc9068, other, opaque) = (Some("at+jwt"), Some("JWT"), None);
        for (before, after, which) in [
            (rfc9068, rfc9068, "access"),
            (rfc9068, opaque, "id"),
            (opaque, rfc9068, "id"),
            (other, other, "id"),
            (opaque, opaque, "id"),
        ] {
            for (sub, verdict) in [("a", Verdict::Ok), ("b", Verdict::Fail)] {
                let check = same_subject(&tokens(before, "a"), &tokens(after, sub)).unwrap();
                let found = (check.token, check.verdict);
                assert_eq!(found, (which, verdict), "{before:?} {after:?} {sub}");
            }
        }
    }

    #[test]
    fn claims_that_change_come_and_go_are_told_apart() {
        let jwt = |payload: Value| Jwt {
            raw: String::new(),
            header: serde_json::Map::new(),
            payload: payload.as_object().cloned().unwrap_or_default(),
        };
        let changes = compare(
            "id",
            &jwt(json!({"sub": "a", "exp": 1, "nonce": "n"})),
            &jwt(json!({"sub": "a", "exp": 2, "new": 3})),
        );
        let seen: Vec<_> = changes
            .iter()
            .map(|c| (c.claim.as_str(), c.changed))
            .collect();
        assert_eq!(
            seen,
            [
                ("sub", false),
                ("exp", true),
                ("nonce", true),
                ("new", true)
            ]
        );
    }
}
