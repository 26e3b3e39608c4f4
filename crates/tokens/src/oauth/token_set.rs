//! The tokens of a login: exchanged for the code, decoded and checked.

use common::{Failure, Result};
use serde_json::{Value, json};

use crate::config::ClientConfig;
use crate::http::client::Http;
use crate::jwt::check::{self, Check};
use crate::jwt::decode::Jwt;
use crate::jwt::jwks::JwkSet;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::Provider;
use crate::oauth::token::{self, TokenResponse};
use crate::transcript::step::Channel;

/// The tokens of a login, and the results of their checks.
pub(crate) struct TokenSet {
    /// As the token endpoint sent them.
    pub tokens: TokenResponse,
    /// The id token, decoded; there is none without the scope `openid`.
    pub id: Option<Jwt>,
    /// The access token, decoded.
    pub access: Jwt,
    /// Every check, including those that failed.
    pub checks: Vec<Check>,
    /// The issuer's keys, for the tokens of a refresh.
    pub keys: JwkSet,
}

impl TokenSet {
    /// Exchanges the code for tokens, and checks them.
    ///
    /// # Errors
    /// If there are no tokens. A failed check is not an error here: the checks
    /// are shown before [`ensure_verified`](TokenSet::ensure_verified) fails.
    pub(crate) async fn from_code(
        http: &Http,
        config: &ClientConfig,
        provider: &Provider,
        request: &AuthorizationRequest,
        code: &str,
    ) -> Result<TokenSet> {
        let tokens = token::exchange(http, config, provider, request, code).await?;
        let (id, access) = decode(&tokens)?;
        let mut keys = JwkSet::fetch(http, &provider.jwks_uri).await?;
        keys.refetch_for(http, &present(id.as_ref(), &access))
            .await?;
        let expect = Expectations {
            issuer: &provider.issuer,
            client_id: &config.client_id,
            nonce: Some(&request.nonce),
            refreshed: false,
            scopes: &request.scopes,
            now: verify::now(),
        };
        let checks = verify::check(id.as_ref(), &access, &keys, &expect);
        narrate(http, id.as_ref(), &access);
        Ok(TokenSet {
            tokens,
            id,
            access,
            checks,
            keys,
        })
    }

    /// Makes sure that no check failed.
    ///
    /// # Errors
    /// Names the checks that failed.
    pub(crate) fn ensure_verified(&self) -> Result<()> {
        check::ensure_verified(&self.checks)
    }

    /// The user's name, for the report.
    pub(crate) fn username(&self) -> &str {
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

/// Decodes both tokens, without verifying them.
///
/// # Errors
/// If one of them is not a JWT.
pub(crate) fn decode(tokens: &TokenResponse) -> Result<(Option<Jwt>, Jwt)> {
    let jwt = |which: &str, raw: &str| {
        Jwt::decode_unverified(raw).ok_or_else(|| {
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

/// Both tokens, or only the access token if there is no id token.
pub(crate) fn present<'a>(id: Option<&'a Jwt>, access: &'a Jwt) -> Vec<&'a Jwt> {
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
