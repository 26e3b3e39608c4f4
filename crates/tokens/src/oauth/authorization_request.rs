//! The authorization request: RFC 6749 section 4.1.1 with PKCE (RFC 7636) and
//! OpenID Connect's nonce.

use url::Url;

use crate::config::ClientConfig;
use crate::crypto;
use crate::jwt::verify::{self, Expectations};
use crate::oauth::discovery::Provider;
use crate::oauth::pkce::{self, CodeVerifier};
use crate::transcript::field::{Field, Secrecy, field};
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

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
    /// The parameters of the URL, each with its purpose.
    pub fields: Vec<Field>,
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
        let mut url = if signup {
            signup_page(&provider.authorization_endpoint)
        } else {
            provider.authorization_endpoint.clone()
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

    /// What the tokens that answer this request must contain.
    pub(crate) fn expectations<'a>(
        &'a self,
        config: &'a ClientConfig,
        provider: &'a Provider,
    ) -> Expectations<'a> {
        Expectations {
            issuer: &provider.issuer,
            client_id: &config.client_id,
            nonce: Some(&self.nonce),
            refreshed: false,
            scopes: &self.scopes,
            now: verify::now(),
        }
    }

    /// Explains PKCE.
    pub(crate) fn narrate(&self, transcript: &Transcript) {
        let pkce = transcript.step(
            Channel::Here,
            "PKCE: a secret for this one login",
            "The browser carries only the hash of the secret; the secret itself goes to the token endpoint, with the code.",
        );
        let verifier = self.code_verifier.reveal();
        let challenge = self.code_verifier.code_challenge();
        pkce.fields(&[
            field(
                "code_verifier",
                verifier,
                "random; stays in this program until the code is exchanged",
            )
            .with(Secrecy::OneTime),
            field(
                "code_challenge",
                challenge,
                "its SHA-256, which anyone may see",
            ),
        ]);
        pkce.command(&format!(
            "printf %s {verifier} | openssl dgst -sha256 -binary | openssl base64 | tr '+/' '-_' | tr -d '='"
        ));
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
        field("response_type", "code", "a code instead of tokens: the browser never sees a token (RFC 6749 section 4.1)"),
        field("client_id", &config.client_id, "which app asks; it is public"),
        field("redirect_uri", redirect_uri, "where the answer is sent; must be registered for this client"),
        field("scope", scopes.join(" "), "what the tokens may be used for"),
        field("state", state, "ties the answer to this request and stops forged callbacks (RFC 6749 section 10.12)"),
        field("nonce", nonce, "comes back inside the id token and ties it to this login (OpenID Connect Core)"),
        field("code_challenge", code_verifier.code_challenge(), "SHA-256 of a secret that stays here: without that secret, a stolen code is useless (RFC 7636)"),
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
