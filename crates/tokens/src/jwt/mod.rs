//! JSON Web Tokens: decoded, and verified with the issuer's keys.

pub(crate) mod check;
pub(crate) mod decode;
pub(crate) mod jwks;
pub(crate) mod meaning;
pub(crate) mod sign;
pub(crate) mod verify;
