//! JSON Web Tokens: decoded, and verified with the issuer's keys.

pub(crate) mod access_token;
pub(crate) mod algorithm;
pub(crate) mod check;
pub(crate) mod decode;
pub(crate) mod expectations;
pub(crate) mod jwks;
pub(crate) mod meaning;
pub(crate) mod proof_key;
pub(crate) mod rules;
mod shared_checks;
pub(crate) mod sign;
pub(crate) mod verify;
mod verify_access;
pub(crate) mod verify_any;
