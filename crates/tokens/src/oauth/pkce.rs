//! Proof Key for Code Exchange: RFC 7636. An intercepted code cannot be used
//! without the verifier.

use std::fmt;

use crate::crypto;

/// `code_challenge_method`: the challenge is the verifier's SHA-256.
pub(crate) const METHOD: &str = "S256";

/// `code_verifier`: a secret for one login, sent only to the token endpoint.
#[derive(Clone)]
pub(crate) struct CodeVerifier(String);

impl CodeVerifier {
    /// Generates 43 random characters, RFC 7636 section 4.1.
    pub(crate) fn generate() -> CodeVerifier {
        CodeVerifier(crypto::random_value())
    }

    /// The verifier itself.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }

    /// `code_challenge = BASE64URL(SHA256(ASCII(code_verifier)))`, RFC 7636
    /// section 4.2.
    pub(crate) fn code_challenge(&self) -> String {
        crypto::base64url(&crypto::sha256(self.0.as_bytes()))
    }
}

impl fmt::Debug for CodeVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(hidden)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_rfc_7636_appendix_b() {
        let verifier = CodeVerifier("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk".to_owned());
        assert_eq!(
            verifier.code_challenge(),
            "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
        );
    }

    #[test]
    fn a_verifier_has_43_characters_and_is_not_in_debug_output() {
        let verifier = CodeVerifier::generate();
        assert_eq!(verifier.reveal().len(), 43);
        assert_eq!(format!("{verifier:?}"), "(hidden)");
    }
}
