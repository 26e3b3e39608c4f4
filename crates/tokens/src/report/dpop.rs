//! The key that the access token is bound to, and the newest proof of it.

use maud::{Markup, html};

use super::links::linked;
use super::tokens;
use crate::jwt::proof_key::ProofKey;

/// The section about the binding.
pub(super) fn section(key: &ProofKey) -> Markup {
    html! {
        section {
            h2 { "DPoP: a token that a thief cannot use" }
            p { "The access token is bound to a key that this program made for this run, in memory. Its thumbprint (" (linked("RFC 7638")) ") is " code { (key.thumbprint()) } "; an access token that is a JWT has it in cnf. With each request goes a proof: a JWT, signed with that key, for this one request (" (linked("RFC 9449")) ")." }
            p.without { strong { "Without it: " } "the token is like cash. Whoever copies it from a log, a proxy or a terminal can use it until it expires." }
            @if let Some(proof) = key.newest_proof() {
                (tokens::token("proof", "The newest proof", &proof, &[]))
            }
        }
    }
}
