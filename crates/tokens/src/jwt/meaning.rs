//! What the checks of the tokens are for, and what an attacker could do without
//! them.

use crate::jwt::access_token::AccessToken;
use crate::jwt::check::shown;
use crate::jwt::decode::Jwt;
use crate::transcript::field::{Field, field};

/// The claims that are checked, as these tokens have them, each with its purpose.
#[rustfmt::skip] // one line each
pub(crate) fn of_checks(id: Option<&Jwt>, access: &AccessToken) -> Vec<Field> {
    let of = |token: Option<&Jwt>, name: &'static str, why| {
        let value = token.and_then(|token| token.payload.get(name))?;
        Some(field(name, shown(Some(value)), why))
    };
    let access = access.jwt.as_ref();
    let all = [
        of(access, "iss", "the sign-in server that was asked, and no other (OpenID Connect Core section 3.1.3.7)")
            .map(|f| f.without("whoever runs a sign-in server of their own, with keys in order, could write tokens in your name.", &["other-issuer"])),
        of(id, "aud", "this program: the id token was made for it (OpenID Connect Core section 3.1.3.7)")
            .map(|f| f.without("another app to which you once signed in could pass on the id token that it got, and be you here.", &["other-audience"])),
        of(access, "client_id", "to which app the access token was issued, though not for which API")
            .map(|f| f.without("another app could pass on its access token in the same way.", &["other-audience", "other-api"])),
        of(access, "exp", "not valid from then on (RFC 7519 section 4.1.4)")
            .map(|f| f.without("whoever finds an old token, in a log or a backup, could use it for ever.", &["expired"])),
        of(access, "token_use", "tells the access token from the id token, which has the same issuer and keys")
            .map(|f| f.without("an id token, which more programs get to see, would pass for an access token.", &["token-type"])),
        of(access, "scope", "what the access token may be used for (RFC 6749 section 3.3)")
            .map(|f| f.without("a token that you allowed for something harmless could do everything.", &["no-scope", "more-scope"])),
    ];
    all.into_iter().flatten().collect()
}
