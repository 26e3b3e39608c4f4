//! Random values, SHA-256 and comparison, all from the library used for TLS.

use aws_lc_rs::{constant_time, digest, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// An unguessable value for `state`, `nonce` and `code_verifier`: 32 random
/// octets as 43 base64url characters, as RFC 7636 section 4.1 recommends.
///
/// # Panics
/// If the operating system has no random numbers: nothing would be secure.
pub(crate) fn random_value() -> String {
    let mut octets = [0; 32];
    rand::fill(&mut octets).expect("the operating system gives random numbers");
    base64url(&octets)
}

/// Compares two secrets in a time that does not depend on where they differ.
pub(crate) fn constant_time_eq(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}

/// The SHA-256 digest of `octets`.
pub(crate) fn sha256(octets: &[u8]) -> Vec<u8> {
    digest::digest(&digest::SHA256, octets).as_ref().to_vec()
}

/// Base64url without padding, RFC 7515 section 2.
pub(crate) fn base64url(octets: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(octets)
}

/// The inverse of [`base64url`]; `None` for invalid text.
pub(crate) fn from_base64url(text: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_values_are_long_enough_and_never_twice_the_same() {
        let (one, other) = (random_value(), random_value());
        assert_eq!(one.len(), 43);
        assert!(!constant_time_eq(&one, &other));
        assert!(constant_time_eq(&one, &one.clone()));
    }
}
