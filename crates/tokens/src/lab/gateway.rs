//! Experiments at the API. The same request with the unchanged access token
//! succeeded before, so only the change can be the reason for a refusal. A
//! careless API is attacked first.

use std::cell::Cell;
use std::io::{self, Write};

use common::{Failure, Result};
use http_client::hosts::secure_url;
use reqwest::StatusCode;
use serde_json::{Value, json};
use url::Url;

use super::experiment::{Outcome, Verdict};
use super::forge;
use super::session::Session;
use super::twins::api::{self as twin, Api};
use super::twins::serve::{Received, while_serving};
use crate::api::ApiCall;
use crate::http::request::Request;
use crate::jwt::jwks::JwkSet;
use crate::jwt::sign::{SigningKey, hs256, unsigned};
use crate::oauth::token_set::CheckedTokens;
use crate::transcript::step::Channel;

const DENIED: StatusCode = StatusCode::UNAUTHORIZED;
const LACKS_SCOPE: StatusCode = StatusCode::FORBIDDEN;
const WHY: &str = "The attack, first on a careless API.";

/// A forged or mistaken token, the check that must refuse it, and the key that a
/// careless API uses for an HMAC.
pub(super) struct Attack<'a> {
    pub token: &'a str,
    pub what: &'a str,
    pub check: &'static str,
    pub secret: &'a [u8],
}

impl Attack<'_> {
    /// Attacks the twin, which leaves out the check, then the API.
    pub(super) async fn run(&self, session: &Session<'_>, keys: &JwkSet) -> Result<Outcome> {
        let request = |url: Url| Request::get("careless API", WHY, url).bearer(self.token);
        let careless = api(session, keys, self.secret, Some(self.check));
        let twin = twin::attack(session.http, &careless, request).await?;
        let expected = match self.check {
            "scope" => LACKS_SCOPE,
            _ => DENIED,
        };
        let outcome = try_token(session, Some(self.token), self.what, expected).await?;
        let received = Received {
            authorization: Some(format!("Bearer {}", self.token)),
            ..Received::default()
        };
        let complete = api(session, keys, self.secret, None);
        let failed = complete.check(session.http, &received).await.err();
        Ok(outcome.with_twin(twin).at_check(failed.as_ref()))
    }
}

/// An API like ours, without one check or with all of them.
pub(super) fn api<'a>(
    session: &'a Session<'_>,
    keys: &'a JwkSet,
    secret: &'a [u8],
    left_out: Option<&'static str>,
) -> Api<'a> {
    Api {
        issuer: &session.provider.issuer,
        client_id: &session.config.client_id,
        scopes: &session.route.scopes,
        keys,
        secret,
        left_out,
    }
}

/// Sends a token and judges the response by its status.
async fn try_token(
    session: &Session<'_>,
    token: Option<&str>,
    what: &str,
    expected: StatusCode,
) -> Result<Outcome> {
    let call = session.call_api(token).await?;
    let status = call.response.status;
    let route = session.route;
    let request = format!("{} {}\n{what}", route.method, route.url);
    let (answer, refused) = (answer(&call), status == expected);
    let otherwise = otherwise(status, expected);
    Ok(Outcome::judge(request, answer, refused, &otherwise))
}

fn otherwise(status: StatusCode, expected: StatusCode) -> String {
    if status.is_success() {
        return "the API let it in".to_owned();
    }
    format!("refused with {status}, not with {expected}")
}

fn answer(call: &ApiCall) -> String {
    let answer = &call.response;
    let body = answer.text();
    match answer.header("www-authenticate") {
        Some(reason) => format!("{} {body}\nwww-authenticate: {reason}", answer.status),
        None => format!("{} {body}", answer.status),
    }
}

pub(super) async fn no_token(session: &mut Session<'_>) -> Result<Outcome> {
    try_token(session, None, "without Authorization", DENIED).await
}

pub(super) async fn no_scope(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let access = &session.openid_only().await?.tokens.access;
    let scope = access.scopes().join(" ");
    let attack = Attack {
        token: &access.raw,
        what: &format!("with a good access token whose scope is \"{scope}\""),
        check: "scope",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn id_token(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let Some(id) = &login.tokens.id else {
        return Err(Failure::failed("The login gave no id token"));
    };
    let attack = Attack {
        token: &id.raw,
        what: "with the id token of the login whose access token is let in",
        check: "scope",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn changed_payload(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let scope = login.tokens.access.scopes().join(" ");
    let before = session.openid_only().await?;
    let access = before.access_jwt()?;
    let before = access.scopes().join(" ");
    let attack = Attack {
        token: &forge::keep_signature(access, &forge::with_claim(access, "scope", &scope)),
        what: &format!(
            "with \"scope\": \"{before}\" changed to \"{scope}\", the signature unchanged"
        ),
        check: "signature",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn alg_none(session: &mut Session<'_>) -> Result<Outcome> {
    // RFC 7519 section 6 has unsigned tokens; an API must not take any.
    let login = session.login().await?;
    let access = login.access_jwt()?;
    let header = forge::with_header(access, "alg", json!("none"));
    let shown = json!(header);
    let attack = Attack {
        token: &format!("{}.", unsigned(&header, &access.payload)),
        what: &format!("with the header {shown} and nothing after the last dot"),
        check: "alg",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn hs256_public_key(session: &mut Session<'_>) -> Result<Outcome> {
    // A verifier that takes the algorithm from the token, and has one function
    // for all keys, would use the public key as the HMAC's secret.
    let login = session.login().await?;
    let access = login.access_jwt()?;
    let Some(secret) = login.keys.modulus(access) else {
        let why = "the server publishes no RSA key to use as a secret";
        return Ok(Outcome::not_shown(why));
    };
    let header = forge::with_header(access, "alg", json!("HS256"));
    let shown = json!(header);
    let attack = Attack {
        token: &hs256(&header, &access.payload, &secret),
        what: &format!("with the header {shown}, HMAC keyed with the public key's n"),
        check: "alg",
        secret: &secret,
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn weak_secret(session: &mut Session<'_>) -> Result<Outcome> {
    // The careless API signs with a word. Its token is enough to find the word:
    // trying does not need the API.
    let login = session.login().await?;
    let access = login.access_jwt()?;
    let header = forge::with_header(access, "alg", json!("HS256"));
    let issued = hs256(&header, &access.payload, forge::WEAK_SECRET.as_bytes());
    let Some((tries, secret)) = forge::guess_secret(&issued) else {
        return Err(Failure::failed("The lab cannot guess its own secret"));
    };
    let claims = forge::with_claim(access, "username", "admin");
    let attack = Attack {
        token: &hs256(&header, &claims, secret.as_bytes()),
        what: &format!(
            "with \"username\": \"admin\", HS256, and the secret \"{secret}\": the {tries}th word of a list, tried on one token"
        ),
        check: "alg",
        secret: forge::WEAK_SECRET.as_bytes(),
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn other_key(session: &mut Session<'_>) -> Result<Outcome> {
    // A correct signature, of the wrong key: only the issuer's own set tells.
    let login = session.login().await?;
    let access = login.access_jwt()?;
    let kid = access.header.get("kid").unwrap_or(&Value::Null);
    let attack = Attack {
        token: &SigningKey::generate()?.sign(&access.header, &access.payload)?,
        what: &format!(
            "with the same header and claims, signed with a new RSA key, \"kid\": {kid}"
        ),
        check: "signature",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

/// The `kid` of an attacker's key.
const FOREIGN: &str = "attacker";

/// Signs the login's claims with the attacker's key, whose header says where
/// that key is.
async fn with_foreign_key(
    session: &Session<'_>,
    login: &CheckedTokens,
    key: &SigningKey,
    parameter: (&str, Value),
    what: &str,
) -> Result<Outcome> {
    let (name, value) = parameter;
    let access = login.access_jwt()?;
    let mut header = forge::with_header(access, "kid", json!(FOREIGN));
    header.insert(name.to_owned(), value);
    let attack = Attack {
        token: &key.sign(&header, &access.payload)?,
        what,
        check: "kid",
        secret: &[],
    };
    attack.run(session, &login.keys).await
}

pub(super) async fn jwk_header(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let key = SigningKey::generate()?;
    let jwk = key.jwks(&[FOREIGN])["keys"][0].take();
    let what =
        "with the attacker's public key in the header, as \"jwk\", and a signature by that key";
    with_foreign_key(session, &login, &key, ("jwk", jwk), what).await
}

pub(super) async fn jku_header(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let key = SigningKey::generate()?;
    let set = key.jwks(&[FOREIGN]).to_string();
    // The attacker's server. Whoever fetches from it does what a token says.
    let fetched = Cell::new(0);
    let answer = async |_| {
        fetched.set(fetched.get() + 1);
        (StatusCode::OK, set.clone())
    };
    let outcome = while_serving(answer, async |url| {
        let what = format!("with \"jku\": \"{url}\", where the attacker's key set is");
        let jku = ("jku", json!(url.as_str()));
        with_foreign_key(session, &login, &key, jku, &what).await
    })
    .await?;
    Ok(match fetched.get() {
        0 => outcome,
        1 => Outcome {
            answer: format!(
                "{}\nthe key set was fetched once, by the twin",
                outcome.answer
            ),
            ..outcome
        },
        _ => Outcome {
            verdict: Verdict::Fail("the API fetched what the token told it to".to_owned()),
            ..outcome
        },
    })
}

pub(super) async fn kid_path(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let key = SigningKey::generate()?;
    let failed = |error: io::Error| Failure::failed(format!("Cannot write a key: {error}"));
    // What the attacker has uploaded: a picture, by its name.
    let mut upload = tempfile::Builder::new()
        .suffix(".png")
        .tempfile()
        .map_err(failed)?;
    let path = upload.path().display().to_string();
    let set = key.jwks(&[&path]).to_string();
    upload.write_all(set.as_bytes()).map_err(failed)?;
    let what = format!("with \"kid\": \"{path}\", a file that the attacker has uploaded");
    with_foreign_key(session, &login, &key, ("kid", json!(path)), &what).await
}

pub(super) async fn query_token(session: &mut Session<'_>) -> Result<Outcome> {
    let login = session.login().await?;
    let token = &login.tokens.access.raw;
    let with_token = |mut url: Url| {
        url.query_pairs_mut().append_pair("access_token", token);
        Request::get("API", WHY, url).on(Channel::Api)
    };
    let careless = api(session, &login.keys, &[], Some("header"));
    let mut twin = twin::attack(session.http, &careless, with_token).await?;
    let start: String = token.chars().take(12).collect();
    twin.got = format!(
        "{}\nand every log on the way has: GET /?access_token={start}…",
        twin.got
    );
    let route = session.route;
    let url = secure_url("api_url", &route.url)?;
    let response = session.http.send(with_token(url)).await?;
    let request = format!(
        "GET {}?access_token=…\nwith a good token, and no Authorization",
        route.url
    );
    let answer = format!("{} {}", response.status, response.text());
    let refused = response.status == DENIED;
    let otherwise = otherwise(response.status, DENIED);
    let outcome = Outcome::judge(request, answer, refused, &otherwise);
    let received = Received {
        query: format!("access_token={token}"),
        ..Received::default()
    };
    let complete = api(session, &login.keys, &[], None);
    let failed = complete.check(session.http, &received).await.err();
    Ok(outcome.with_twin(twin).at_check(failed.as_ref()))
}
