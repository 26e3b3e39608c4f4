//! The authorization request: RFC 6749 section 4.1.1 with PKCE (RFC 7636) and
//! OpenID Connect's nonce.

use url::Url;

use crate::config::ClientConfig;
use crate::crypto;
use crate::oauth::discovery::Provider;
use crate::oauth::pkce::{self, CodeVerifier};
use crate::transcript::explain::Explain;
use crate::transcript::step::{Channel, Field, field};

/// One login: what is sent through the browser, and what this program keeps.
#[derive(Clone)]
pub(crate) struct AuthorizationRequest {
    /// The URL for the browser. It contains no secret.
    pub url: Url,
    /// Returned with the response, to show that it belongs to this request.
    pub state: String,
    /// Returned inside the id token.
    pub nonce: String,
    /// The secret behind the request's `code_challenge`.
    pub code_verifier: CodeVerifier,
    /// The requested scopes.
    pub scopes: Vec<String>,
    fields: Vec<Field>,
}

impl AuthorizationRequest {
    /// A request with fresh random values; to the sign-up page if `signup`.
    pub(crate) fn new(
        config: &ClientConfig,
        provider: &Provider,
        scopes: &[String],
        signup: bool,
    ) -> Self {
        let (state, nonce) = (crypto::random_value(), crypto::random_value());
        let code_verifier = CodeVerifier::generate();
        let fields = fields(config, scopes, &state, &nonce, &code_verifier);
        let mut url = match signup {
            true => signup_page(&provider.authorization_endpoint),
            false => provider.authorization_endpoint.clone(),
        };
        url.query_pairs_mut()
            .extend_pairs(fields.iter().map(|f| (&*f.name, &f.value)));
        AuthorizationRequest {
            url,
            state,
            nonce,
            code_verifier,
            scopes: scopes.to_vec(),
            fields,
        }
    }

    /// Whether OpenID Connect applies: without `openid` there is no id token.
    pub(crate) fn is_openid(&self) -> bool {
        self.scopes.iter().any(|scope| scope == "openid")
    }

    /// Explains PKCE and the parameters of the URL.
    pub(crate) fn narrate(&self, explain: &Explain) {
        explain.step(
            Channel::Here,
            "PKCE: a secret for this one login",
            "code_verifier is random and stays here. code_challenge is its SHA-256 and may be seen by anyone.",
        );
        let verifier = self.code_verifier.reveal();
        explain.text(&format!("code_verifier  = {verifier}"));
        let challenge = self.code_verifier.code_challenge();
        explain.text(&format!("code_challenge = {challenge}"));
        explain.command(&format!(
            "printf %s {verifier} | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '='"
        ));
        let mut page = self.url.clone();
        page.set_query(None);
        explain.step(
            Channel::Front,
            &format!("front channel: the browser goes to {page}"),
            "Seen by the browser, its history and extensions, and the sign-in server. Nothing here is secret.",
        );
        explain.fields(&self.fields);
    }
}

/// The parameters, each with its purpose.
#[rustfmt::skip] // one line each
fn fields(
    config: &ClientConfig,
    scopes: &[String],
    state: &str,
    nonce: &str,
    code_verifier: &CodeVerifier,
) -> Vec<Field> {
    let redirect_uri = &config.redirect_uri.uri;
    vec![
        field("response_type", "code", "a code, no tokens: the browser never sees a token (RFC 6749 section 4.1)"),
        field("client_id", &config.client_id, "which app asks; public, no secret"),
        field("redirect_uri", redirect_uri, "where the answer goes; must be a registered address"),
        field("scope", scopes.join(" "), "what the tokens will be good for"),
        field("state", state, "ties the answer to this request: stops forged callbacks (RFC 6749 section 10.12)"),
        field("nonce", nonce, "comes back inside the id token: ties the token to this login (OpenID Connect Core)"),
        field("code_challenge", code_verifier.code_challenge(), "SHA-256 of a secret that stays here: a stolen code is worth nothing (RFC 7636)"),
        field("code_challenge_method", pkce::METHOD, "how the challenge was made"),
    ]
}

/// Cognito's sign-up page, next to the authorization endpoint, takes the same
/// parameters; the discovery document does not name it.
fn signup_page(authorization_endpoint: &Url) -> Url {
    let mut url = authorization_endpoint.clone();
    let path = url.path().trim_end_matches("/oauth2/authorize").to_owned();
    url.set_path(&format!("{}/signup", path.trim_end_matches('/')));
    url
}
