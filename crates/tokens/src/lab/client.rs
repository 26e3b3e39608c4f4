//! Experiments with this program's own checks of the tokens. Exactly the check
//! under test must fail: any other failure would prove something else.

use common::{Failure, Result};
use serde_json::{Map, Value};

use super::experiment::Outcome;
use super::forge;
use super::session::Session;
use super::twins::client::Tokens;
use crate::jwt::access_token::AccessToken;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::expectations::Expectations;
use crate::jwt::jwks::JwkSet;
use crate::jwt::sign::SigningKey;
use crate::oauth::token_set::CheckedTokens;

type Claims = Map<String, Value>;

/// Attacks the twin, which leaves out `check`, then this program, where that
/// check must fail for the tokens in `of`, and no other.
fn attack(tokens: &Tokens<'_>, request: String, check: &'static str, of: &[&str]) -> Outcome {
    let expected: Vec<String> = of.iter().map(|token| format!("{token} {check}")).collect();
    judge(request, &tokens.check(None), &expected).with_twin(tokens.attack(check))
}

/// Passes if exactly the `expected` checks failed.
fn judge(request: String, checks: &[Check], expected: &[String]) -> Outcome {
    let failed = check::failed(checks);
    let names: Vec<String> = failed
        .iter()
        .map(|c| format!("{} {}", c.token, c.check))
        .collect();
    let lines: Vec<String> = failed.iter().map(|check| check.describe()).collect();
    let answer = if lines.is_empty() {
        "every check holds".to_owned()
    } else {
        lines.join("\n")
    };
    let otherwise = format!(
        "should have failed: {}; failed: {}",
        expected.join(", "),
        names.join(", ")
    );
    Outcome::judge(request, answer, names == expected, &otherwise)
}

/// Expectations that the login's own tokens meet.
fn expectations<'a>(session: &'a Session<'_>, login: &'a CheckedTokens) -> Expectations<'a> {
    Expectations {
        nonce: login.tokens.id.as_ref().and_then(|id| id.text("nonce")),
        scopes: &session.config.scopes,
        ..session.config.expectations(&session.provider.issuer)
    }
}

fn id_of(login: &CheckedTokens) -> Result<&Jwt> {
    login
        .tokens
        .id
        .as_ref()
        .ok_or_else(|| Failure::failed("The login gave no id token"))
}

/// The login's own tokens.
fn own_tokens<'a>(session: &'a Session<'_>, login: &'a CheckedTokens) -> Result<Tokens<'a>> {
    Ok(Tokens {
        id: id_of(login)?,
        access: &login.tokens.access,
        keys: &login.keys,
        expect: expectations(session, login),
    })
}

pub(super) async fn expired(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let mut tokens = own_tokens(session, &login)?;
    let access = login.access_jwt()?;
    let latest = tokens.id.time("exp").max(access.time("exp"));
    let last = latest.unwrap_or_default();
    tokens.expect.now = last + 120;
    let request = format!("good tokens, checked two minutes after their exp {last}");
    Ok(attack(&tokens, request, "exp", &["id", "access"]))
}

/// Attacks with the login's tokens, whose claims `id` and `access` have changed.
/// They are signed with a new key that is accepted here: only what was changed
/// can fail.
async fn reissued(
    session: &mut Session<'_>,
    id: impl Fn(&Jwt) -> Claims,
    access: impl Fn(&Jwt) -> Claims,
    attack: impl Fn(&Tokens<'_>) -> Outcome,
) -> Result<Outcome> {
    let login = session.login().await?;
    let own = own_tokens(session, &login)?;
    let key = SigningKey::generate()?;
    let rules = own.expect.rules;
    let own_access = login.access_jwt()?;
    let kids = [own.id, own_access].map(|jwt| jwt.header_text("kid").unwrap_or_default());
    let keys = JwkSet::from_json(key.jwks(&kids), rules)?;
    let mut claims = id(own.id);
    // It belongs to the old access token; that of the new one differs.
    claims.remove("at_hash");
    let signed_id = key.sign(&own.id.header, &claims)?;
    let signed_access = key.sign(&own_access.header, &access(own_access))?;
    let access = AccessToken::decode_unverified(&signed_access, None, rules);
    let Some(id) = Jwt::decode_unverified(&signed_id) else {
        return Err(Failure::failed("The lab cannot read its own tokens"));
    };
    Ok(attack(&Tokens {
        id: &id,
        access: &access,
        keys: &keys,
        expect: own.expect,
    }))
}

fn unchanged(token: &Jwt) -> Claims {
    token.payload.clone()
}

pub(super) async fn other_issuer(session: &mut Session<'_>) -> Result<Outcome> {
    let other = format!("{}0", session.provider.issuer);
    let change = |token: &Jwt| forge::with_claim(token, "iss", &other);
    let request = format!("tokens with valid signatures and \"iss\": \"{other}\"");
    reissued(session, change, change, |tokens| {
        attack(tokens, request.clone(), "iss", &["id", "access"])
    })
    .await
}

pub(super) async fn other_audience(session: &mut Session<'_>) -> Result<Outcome> {
    const OTHER: &str = "another-client";
    let change = |token: &Jwt| forge::with_claim(token, "aud", OTHER);
    let request = format!("an id token with a valid signature and \"aud\": \"{OTHER}\"");
    reissued(session, change, unchanged, |tokens| {
        attack(tokens, request.clone(), "aud", &["id"])
    })
    .await
}

pub(super) async fn token_type(session: &mut Session<'_>) -> Result<Outcome> {
    // An issuer that writes scopes into id tokens, as a hook of Cognito can:
    // only token_use is left to tell the two kinds apart.
    let change = |token: &Jwt| forge::with_claim(token, "token_use", "id");
    let request = "an id token with client_id and scope, in place of the access token";
    reissued(session, unchanged, change, |tokens| {
        attack(tokens, request.to_owned(), "token_use", &["access"])
    })
    .await
}

pub(super) async fn nonce_swapped(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let new = session.request();
    let mut tokens = own_tokens(session, &login)?;
    tokens.expect.nonce = Some(&new.nonce);
    let request = format!(
        "tokens of an earlier login in a login whose nonce is {}",
        new.nonce
    );
    Ok(attack(&tokens, request, "nonce", &["id"]))
}

#[cfg(test)]
mod tests;
