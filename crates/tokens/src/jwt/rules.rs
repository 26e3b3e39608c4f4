//! What tokens must be, where issuers differ.

use jsonwebtoken::Algorithm;

/// What tokens must be, beyond what holds for those of every issuer.
#[derive(Debug)]
pub(crate) struct TokenRules {
    /// The algorithms that a token may be signed with. All have a public key:
    /// `none`, and HS256 with that key as its secret, are never among them
    /// (RFC 8725 section 3.1).
    pub algorithms: &'static [Algorithm],
    /// Whether a token must name its key, even if there is only one.
    pub needs_kid: bool,
    /// Whether `token_use` tells id tokens from access tokens.
    pub has_token_use: bool,
    /// What access tokens look like.
    pub access_token: AccessTokenFormat,
}

/// What access tokens look like: OAuth 2.0 leaves that to issuer and API.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum AccessTokenFormat {
    /// A JWT with Cognito's claims.
    Cognito,
    /// Anything. One that says that it is a JWT of RFC 9068 must be that.
    Any,
}

/// The rules of Cognito's tokens.
pub(crate) const COGNITO: TokenRules = TokenRules {
    algorithms: &[Algorithm::RS256],
    needs_kid: true,
    has_token_use: true,
    access_token: AccessTokenFormat::Cognito,
};

/// The rules of OpenID Connect, for the tokens of any issuer.
pub(crate) const OPENID: TokenRules = TokenRules {
    algorithms: &[
        Algorithm::RS256,
        Algorithm::RS384,
        Algorithm::RS512,
        Algorithm::PS256,
        Algorithm::PS384,
        Algorithm::PS512,
        Algorithm::ES256,
        Algorithm::ES384,
        Algorithm::EdDSA,
    ],
    needs_kid: false,
    has_token_use: false,
    access_token: AccessTokenFormat::Any,
};
