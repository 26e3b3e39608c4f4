//! The addresses in `names.rs`: what Cognito and API Gateway take, and what is safe.

use common::{Failure, Result};
use url::{Host, Url};

/// Checks the addresses to which the sign-in page sends a browser, with a code or after
/// a logout.
///
/// # Errors
/// Exit code 2 for one that Cognito refuses, or through which a code would travel
/// unencrypted (RFC 9700 section 2.6).
pub(crate) fn check_redirects(list: &str, addresses: &[&str]) -> Result<()> {
    for address in addresses {
        if !Url::parse(address).is_ok_and(|url| is_safe(&url) && url.fragment().is_none()) {
            return Err(wrong(
                list,
                address,
                "it must begin with https://, or with http://localhost for this machine, and have no '#'",
            ));
        }
    }
    Ok(())
}

/// Checks the origins whose pages may call the API.
///
/// # Errors
/// Exit code 2 for what no browser sends as `Origin` (RFC 6454 section 7): a path or a
/// `/` at its end, a wildcard, and plain http from elsewhere.
pub(crate) fn check_origins(list: &str, origins: &[&str]) -> Result<()> {
    for origin in origins {
        let exact =
            |url: &Url| url.origin().ascii_serialization() == **origin && !origin.contains('*');
        if !Url::parse(origin).is_ok_and(|url| is_safe(&url) && exact(&url)) {
            return Err(wrong(
                list,
                origin,
                "an origin is https://HOST, or http://localhost:PORT for this machine, without a path",
            ));
        }
    }
    Ok(())
}

/// Encrypted, or on this machine. An app's own scheme (`myapp://`) is not ours to judge.
fn is_safe(url: &Url) -> bool {
    match url.scheme() {
        "http" => url.host() == Some(Host::Domain("localhost")),
        _ => url.has_host(),
    }
}

fn wrong(list: &str, address: &str, hint: &str) -> Failure {
    Failure::usage(format!(
        "'{address}' in {list} is no address that can be used"
    ))
    .with_hint(format!("{hint}; see crates/create/src/config/names.rs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_redirect_goes_to_https_or_to_this_machine() {
        let good = [
            "https://app.example.com/callback",
            "http://localhost:8083/callback",
            "myapp://callback",
        ];
        check_redirects("CALLBACK_URLS", &good).unwrap();
        for bad in [
            "http://app.example.com/callback",
            "http://127.0.0.1:8083/callback",
            "http://localhost.example.com/",
            "https://app.example.com/#top",
            "/callback",
            "",
        ] {
            let error = check_redirects("CALLBACK_URLS", &[bad]).unwrap_err();
            assert_eq!(error.exit(), common::Exit::Usage, "{bad}");
            assert!(error.to_string().contains("CALLBACK_URLS"), "{error}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_sends() {
        let good = ["https://app.example.com", "http://localhost:5173"];
        check_origins("ALLOWED_ORIGINS", &good).unwrap();
        for bad in [
            "https://app.example.com/",
            "https://app.example.com/page",
            "https://app.example.com:443",
            "https://App.example.com",
            "http://app.example.com",
            "app.example.com",
            "https://*",
            "null",
            "*",
        ] {
            assert!(check_origins("ALLOWED_ORIGINS", &[bad]).is_err(), "{bad}");
        }
    }
}
