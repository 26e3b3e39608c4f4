//! The tokens: their three parts, and every claim with its meaning.

use maud::{Markup, html};
use serde_json::Value;

use super::links::linked;
use crate::jwt::access_token::AccessToken;
use crate::jwt::check::{Check, relative_time};
use crate::jwt::decode::{Jwt, plain_text};
use crate::jwt::expectations::now;
use crate::oauth::token_set::CheckedTokens;
use crate::transcript::field::lab_command;

/// The meanings of claims and header parameters, by name.
#[rustfmt::skip] // one line each
const MEANINGS: [(&str, &str); 28] = [
    ("alg", "how it is signed (RFC 7515 section 4.1.1)"),
    ("kid", "which of the issuer's keys signed it (RFC 7515 section 4.1.4)"),
    ("iss", "who issued it (RFC 7519 section 4.1.1)"),
    ("sub", "whom it is about: the person, or without one the client; never given to another (RFC 7519 section 4.1.2)"),
    ("aud", "whom it is meant for: an id token for this client, an access token for the API (RFC 7519 section 4.1.3)"),
    ("client_id", "which client it was issued to"),
    ("exp", "not valid from then on (RFC 7519 section 4.1.4)"),
    ("iat", "when it was issued (RFC 7519 section 4.1.6)"),
    ("nbf", "not valid before (RFC 7519 section 4.1.5)"),
    ("auth_time", "when the person signed in (OpenID Connect Core section 2)"),
    ("nonce", "ties the id token to this login (OpenID Connect Core section 2)"),
    ("at_hash", "ties the id token to the access token (OpenID Connect Core section 3.1.3.6)"),
    ("token_use", "Cognito's own: id or access"),
    ("scope", "what it may be used for (RFC 6749 section 3.3)"),
    ("jti", "this token's own id (RFC 7519 section 4.1.7)"),
    ("origin_jti", "Cognito's own: the login that it came from"),
    ("event_id", "Cognito's own: the sign-in that it came from"),
    ("cognito:username", "Cognito's own: the user's name"),
    ("username", "the user's name"),
    ("email", "the user's address (OpenID Connect Core section 5.1)"),
    ("email_verified", "whether the address was verified (OpenID Connect Core section 5.1)"),
    ("version", "Cognito's own: the token's format"),
    ("typ", "what kind of token it is (RFC 8725 section 3.11)"),
    ("cnf", "the key that it is bound to (RFC 9449 section 6.1)"),
    ("jwk", "the public key that proofs are checked with (RFC 7517)"),
    ("htm", "the method of the request that it is for (RFC 9449 section 4.2)"),
    ("htu", "the address of the request that it is for (RFC 9449 section 4.2)"),
    ("ath", "the hash of the access token that goes with it (RFC 9449 section 4.2)"),
];

/// The tokens. `is_ours`: at the stack that `create` made.
pub(super) fn section(login: &CheckedTokens, revoked: bool, is_ours: bool) -> Markup {
    let is_jwt = login.tokens.access.jwt.is_some();
    html! {
        section {
            h2 { "The tokens" }
            @if login.tokens.id.is_some() {
                p {
                    @if is_jwt { "A token is a signed note. The id token tells" } @else { "The id token is a signed note that tells" }
                    " this program who signed in. The access token tells the API what this program may do."
                }
                p {
                    "The id token is not sent to the API: it is addressed to this program (aud) and has no scope"
                    @if is_ours { ", so the API refuses it. Try it: " code { (lab_command(&["id-token"])) } } @else { "." }
                }
            } @else {
                p { "The access token is a note that tells the API what this program may do." }
            }
            p.dim { "Header, payload and signature, each on its own line and in its own colour. The signature is cut short, so this token gives no access." }
            @if let Some(id) = &login.tokens.id { (token("id", "ID token: who signed in", id, &login.checks)) }
            (access_token(&login.tokens.access, &login.checks))
            @if login.tokens.response.refresh_token.is_some() {
                p {
                    "The refresh token gets new tokens without a new sign-in. "
                    @if revoked { "It has been revoked." } @else {
                        "It was printed in the terminal, is saved nowhere, and works until it expires or " code { "--logout" } " revokes it; no page shows it."
                    }
                }
            }
        }
    }
}

fn access_token(access: &AccessToken, checks: &[Check]) -> Markup {
    let title = "Access token: what may be done";
    match &access.jwt {
        Some(jwt) => token("access", title, jwt, checks),
        None => html! {
            details {
                summary { h3 { (title) } }
                p { "It is opaque: only the API and the server can read it (" (linked("RFC 6749 section 1.4")) "). It was printed in the terminal; no page shows it, because whoever has it has access." }
            }
        },
    }
}

pub(super) fn token(which: &str, title: &str, jwt: &Jwt, checks: &[Check]) -> Markup {
    let mut parts = jwt.raw.split('.');
    let mut part = || parts.next().unwrap_or_default();
    let (header, payload, signature) = (part(), part(), part());
    let signature: String = signature.chars().take(8).collect();
    let claims = jwt.header.iter().chain(&jwt.payload);
    html! {
        details {
            summary { h3 { (title) } }
            pre {
                span.part1 { (header) } "." br;
                span.part2 { (payload) } "." br;
                span.part3 { (signature) "… (cut)" }
            }
            table.claims {
                thead { tr { th { "claim" } th { "value" } th { "what it means" } th { "checked by this client" } } }
                tbody { @for (name, value) in claims { (claim(jwt, which, name, value, checks)) } }
            }
        }
    }
}

fn claim(jwt: &Jwt, which: &str, name: &str, value: &Value, checks: &[Check]) -> Markup {
    // Others may use the same names for something else.
    let applies =
        |meaning: &str| !meaning.starts_with("Cognito") || jwt.payload.contains_key("token_use");
    let meaning = MEANINGS
        .iter()
        .find(|(known, meaning)| *known == name && applies(meaning));
    let check = checks
        .iter()
        .find(|check| check.token == which && check.check.split(' ').next() == Some(name));
    html! {
        tr {
            td.mono data-head="claim" { (name) }
            td.mono data-head="value" {
                (plain_text(value))
                @if let Some(time) = time(jwt, name) { " (" (time) ")" }
            }
            td data-head="what it means" { @if let Some((_, meaning)) = meaning { (linked(meaning)) } }
            td data-head="checked by this client" { @if let Some(check) = check { (linked(check.rule)) } @else { span.dim { "shown only" } } }
        }
    }
}

/// The time in words, if the claim is a time.
fn time(jwt: &Jwt, name: &str) -> Option<String> {
    let times = ["exp", "iat", "nbf", "auth_time"];
    let seconds = jwt.time(name).filter(|_| times.contains(&name));
    seconds.map(|seconds| relative_time(Some(seconds), now()))
}
