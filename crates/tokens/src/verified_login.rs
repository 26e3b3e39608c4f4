//! From a code to tokens that can be believed.

use api_core::{Failure, Result};
use serde_json::{Value, json};

use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::Keys;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::discovery::Provider;
use crate::oauth::request::AuthorizationRequest;
use crate::oauth::response::printable;
use crate::oauth::token::{self, Tokens};
use crate::output::transcript::Channel;

/// What a login gave: the tokens, and how their checks went.
#[derive(Debug)]
pub(crate) struct Login {
    pub tokens: Tokens,
    pub id: Option<Jwt>,
    pub access: Jwt,
    pub checks: Vec<Check>,
    pub keys: Keys,
}

impl Login {
    /// Exchanges the code and checks what it gives.
    ///
    /// # Errors
    /// If there are no tokens. Failed checks are no error here: they are shown
    /// first, and then [`believed`](Login::believed) tells.
    pub(crate) async fn complete(
        http: &Http,
        app: &ClientConfig,
        provider: &Provider,
        asked: &AuthorizationRequest,
        code: &str,
    ) -> Result<Login> {
        let tokens = token::exchange(http, app, provider, asked, code).await?;
        let (id, access) = decode(&tokens)?;
        let mut keys = Keys::fetch(http, &provider.jwks_uri).await?;
        keys.provide_for(http, &both(id.as_ref(), &access)).await?;
        let expect = Expectations {
            issuer: &provider.issuer,
            client_id: &app.client_id,
            nonce: Some(&asked.nonce),
            refreshed: false,
            scopes: &asked.scopes,
            now: verify::now(),
        };
        let checks = verify::check(id.as_ref(), &access, &keys, &expect);
        narrate(http, id.as_ref(), &access);
        Ok(Login {
            tokens,
            id,
            access,
            checks,
            keys,
        })
    }

    /// Whether every check holds.
    ///
    /// # Errors
    /// Names the checks that do not.
    pub(crate) fn ensure_verified(&self) -> Result<()> {
        ensure_verified(&self.checks)
    }

    /// The user's name, for the page.
    pub(crate) fn who(&self) -> &str {
        let name = self
            .id
            .as_ref()
            .and_then(|id| id.text("cognito:username").or(id.text("email")));
        name.or(self.access.text("username")).unwrap_or("somebody")
    }

    /// Header and payload of both tokens, for `--json`.
    pub(crate) fn decoded_json(&self) -> Value {
        let part = |jwt: &Jwt| json!({ "header": jwt.header, "payload": jwt.payload });
        json!({ "id_token": self.id.as_ref().map(part), "access_token": part(&self.access) })
    }
}

/// Whether every check holds.
///
/// # Errors
/// Names the checks that do not.
pub(crate) fn ensure_verified(checks: &[Check]) -> Result<()> {
    let failed = check::failed(checks);
    if failed.is_empty() {
        return Ok(());
    }
    let list: Vec<String> = failed
        .iter()
        .map(|c| {
            format!(
                "{} of the {} token: expected {}, got {} ({})",
                c.check,
                c.token,
                c.expected,
                printable(&c.actual),
                c.rule
            )
        })
        .collect();
    let message = format!("The tokens are not to be believed: {}", list.join("; "));
    Err(Failure::failed(message).with_hint("the API was not called; do not use these tokens"))
}

/// Takes both tokens apart.
///
/// # Errors
/// If one of them is no JWT.
pub(crate) fn decode(tokens: &Tokens) -> Result<(Option<Jwt>, Jwt)> {
    let jwt = |which: &str, raw: &str| {
        Jwt::decode(raw).ok_or_else(|| {
            Failure::failed(format!(
                "The {which} token is no JSON Web Token (RFC 7519 section 7.2)"
            ))
        })
    };
    let id = tokens
        .id_token
        .as_deref()
        .map(|raw| jwt("id", raw))
        .transpose()?;
    Ok((id, jwt("access", &tokens.access_token)?))
}

/// The tokens that there are.
pub(crate) fn both<'a>(id: Option<&'a Jwt>, access: &'a Jwt) -> Vec<&'a Jwt> {
    id.into_iter().chain([access]).collect()
}

fn narrate(http: &Http, id: Option<&Jwt>, access: &Jwt) {
    let explain = &http.explain;
    explain.step(
        Channel::Here,
        "here: the tokens are checked",
        "No call: the signature needs only the public key, the claims only a comparison.",
    );
    explain.text(&format!(
        "at_hash of the access token = {}",
        crate::crypto::at_hash(&access.raw)
    ));
    explain.command(
        "printf %s \"$ACCESS_TOKEN\" | openssl dgst -sha256 -binary | head -c 16 | openssl base64 | tr '+/' '-_' | tr -d '='",
    );
    match id.and_then(|id| id.text("at_hash")) {
        Some(at_hash) => explain.text(&format!("at_hash in the id token     = {at_hash}")),
        None => explain.text("The id token carries no at_hash: with the code flow it is optional (OpenID Connect Core section 3.1.3.6)."),
    }
}
