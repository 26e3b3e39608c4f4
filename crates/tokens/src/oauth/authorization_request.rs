//! The authorization request: RFC 6749 section 4.1.1 with PKCE (RFC 7636) and
//! OpenID Connect's nonce.

use url::Url;

use crate::config::client::ClientConfig;
use crate::config::redirect_uri::RedirectUri;
use crate::crypto;
use crate::jwt::expectations::Expectations;
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
    /// The URL without this request's parameters.
    pub page: Url,
    /// Returned with the response, to show that it belongs to this request.
    pub state: String,
    /// Returned inside the id token.
    pub nonce: String,
    /// The secret behind the request's `code_challenge`.
    pub code_verifier: CodeVerifier,
    /// Where the answer is to be sent.
    pub redirect_uri: RedirectUri,
    /// The requested scopes.
    pub scopes: Vec<String>,
    /// The parameters of the URL, each with its purpose.
    pub fields: Vec<Field>,
}

impl AuthorizationRequest {
    /// A request to the authorization endpoint, with fresh random values, whose answer
    /// is to be sent to `redirect_uri`; to the page for new users if `signup`.
    pub(crate) fn new(
        config: &ClientConfig,
        authorization_endpoint: &Url,
        redirect_uri: &RedirectUri,
        scopes: &[String],
        signup: bool,
    ) -> Self {
        let (state, nonce) = (crypto::random_value(), crypto::random_value());
        let code_verifier = CodeVerifier::generate();
        let mut fields = fields(config, redirect_uri, scopes, &state, &nonce, &code_verifier);
        fields.extend(config.parameters.iter().cloned());
        let page = if signup {
            signup_page(authorization_endpoint)
        } else {
            authorization_endpoint.clone()
        };
        AuthorizationRequest {
            url: with_query(&page, &fields),
            page,
            state,
            nonce,
            code_verifier,
            redirect_uri: redirect_uri.clone(),
            scopes: scopes.to_vec(),
            fields,
        }
    }

    /// The same request with other parameters for the browser.
    pub(crate) fn with_fields(self, fields: Vec<Field>) -> Self {
        AuthorizationRequest {
            url: with_query(&self.page, &fields),
            fields,
            ..self
        }
    }

    /// What the tokens that answer this request must contain.
    pub(crate) fn expectations<'a>(
        &'a self,
        config: &'a ClientConfig,
        provider: &'a Provider,
    ) -> Expectations<'a> {
        Expectations {
            nonce: Some(&self.nonce),
            scopes: &self.scopes,
            max_age: config.max_age,
            ..config.expectations(&provider.issuer)
        }
    }

    /// Explains PKCE.
    pub(crate) fn narrate(&self, transcript: &Transcript) {
        let pkce = transcript.step(
            Channel::Here,
            "PKCE: a secret for this one login",
            "Proof Key for Code Exchange (RFC 7636): only the program that asked for the code can use it. The server gets the hash of a secret with the request; the secret itself goes straight to the token endpoint, with the code.",
        );
        let verifier = self.code_verifier.reveal();
        let why = "random; stays in this program until the code is exchanged";
        let secret = field("code_verifier", verifier, why).with(Secrecy::OneTime);
        let why = "its SHA-256, which anyone may see";
        let hash = field("code_challenge", self.code_verifier.code_challenge(), why);
        pkce.fields(&[
            secret.without("whoever sees the code in the browser, its history or a log exchanges it for your tokens.", &["wrong-verifier", "no-verifier", "pkce-removed"]),
            hash,
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
    redirect_uri: &RedirectUri,
    scopes: &[String],
    state: &str,
    nonce: &str,
    code_verifier: &CodeVerifier,
) -> Vec<Field> {
    vec![
        field("response_type", "code", "a code instead of tokens: the browser never sees a token (RFC 6749 section 4.1)"),
        field("client_id", &config.client_id, "which app asks; it is public"),
        field("redirect_uri", &redirect_uri.uri, "where the answer is sent; must be registered for this client")
            .without("an attacker could have your code sent to an address of their own.", &["other-redirect"]),
        field("scope", scopes.join(" "), "what the tokens may be used for"),
        field("state", state, "ties the answer to this request and stops forged callbacks (RFC 6749 section 10.12)")
            .without("a web page could send this program the attacker's own code and, where PKCE does not stop that, you would work in the attacker's account without noticing.", &["forged-callback", "login-csrf"]),
        field("nonce", nonce, "comes back inside the id token and ties it to this login (OpenID Connect Core)")
            .without("an attacker could slip the code of another login into this one and, where PKCE does not stop that, this program would take its tokens for yours.", &["nonce-swapped"]),
        field("code_challenge", code_verifier.code_challenge(), "SHA-256 of a secret that stays here: without that secret, a stolen code is useless (RFC 7636)"),
        field("code_challenge_method", pkce::METHOD, "how the challenge was made"),
    ]
}

fn with_query(page: &Url, fields: &[Field]) -> Url {
    let mut url = page.clone();
    url.query_pairs_mut()
        .extend_pairs(fields.iter().map(|f| (&*f.name, &f.value)));
    url
}

/// Cognito's sign-up page, next to the authorization endpoint, takes the same
/// parameters; the discovery document does not name it.
fn signup_page(authorization_endpoint: &Url) -> Url {
    let mut url = authorization_endpoint.clone();
    let path = url.path().trim_end_matches("/oauth2/authorize").to_owned();
    url.set_path(&format!("{}/signup", path.trim_end_matches('/')));
    url
}
