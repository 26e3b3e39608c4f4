//! Tokens forged as an attacker would. Everything needed to do so is public.

use serde_json::{Map, Value, json};

use crate::jwt::decode::Jwt;
use crate::jwt::sign::{hs256, unsigned};

type Object = Map<String, Value>;

/// The token with other claims and its old signature.
pub(crate) fn keep_signature(token: &Jwt, claims: &Object) -> String {
    let signature = token.raw.rsplit('.').next().unwrap_or_default();
    format!("{}.{signature}", unsigned(&token.header, claims))
}

/// The header with one parameter changed.
pub(crate) fn with_header(token: &Jwt, name: &str, value: Value) -> Object {
    let mut header = token.header.clone();
    header.insert(name.into(), value);
    header
}

/// The token's claims with one of them changed.
pub(crate) fn with_claim(token: &Jwt, name: &str, value: &str) -> Object {
    let mut claims = token.payload.clone();
    claims.insert(name.into(), json!(value));
    claims
}

/// The secret of a careless API: a word.
pub(crate) const WEAK_SECRET: &str = "letmein";

/// The words that are tried first, as lists of leaked passwords have them.
const WORDS: [&str; 16] = [
    "123456",
    "password",
    "12345678",
    "qwerty",
    "123456789",
    "12345",
    "1234",
    "111111",
    "1234567",
    "dragon",
    "123123",
    "baseball",
    "abc123",
    "football",
    "monkey",
    "letmein",
];

/// The secret of a token signed with HS256, and how many words it took. Each try
/// is one HMAC on the attacker's own machine.
pub(crate) fn guess_secret(token: &str) -> Option<(usize, &'static str)> {
    let jwt = Jwt::decode_unverified(token)?;
    let signs = |word: &&str| hs256(&jwt.header, &jwt.payload, word.as_bytes()) == token;
    let at = WORDS.iter().position(signs)?;
    Some((at + 1, WORDS[at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_guessed_and_a_random_secret_is_not() {
        let (header, claims) = (json!({"alg": "HS256"}), json!({"sub": "s"}));
        let guess = |secret: &str| guess_secret(&hs256(&header, &claims, secret.as_bytes()));
        assert_eq!(guess(WEAK_SECRET), Some((16, WEAK_SECRET)));
        assert_eq!(guess(&crate::crypto::random_value()), None);
    }
}
