//! The URL of the discovery document.

/// The URL of an issuer's discovery document: below the issuer's path, whose
/// slash at the end does not count (OpenID Connect Discovery 1.0, section 4.1). A local cloud, at `endpoint`, has the same document under its
/// own URL and the pool's id.
pub fn document_url(issuer: &str, endpoint: Option<&str>) -> String {
    let base = match (endpoint, issuer.rsplit_once('/')) {
        (Some(endpoint), Some((_, pool_id))) => format!("{endpoint}/{pool_id}"),
        _ => issuer.strip_suffix('/').unwrap_or(issuer).to_owned(),
    };
    format!("{base}/.well-known/openid-configuration")
}

#[cfg(test)]
mod tests {
    use super::document_url;

    #[test]
    fn the_document_is_under_the_issuer_or_at_the_local_cloud() {
        let issuer = "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_a";
        assert_eq!(
            document_url(issuer, None),
            format!("{issuer}/.well-known/openid-configuration")
        );
        assert_eq!(
            document_url(issuer, Some("http://127.0.0.1:4566")),
            "http://127.0.0.1:4566/us-east-1_a/.well-known/openid-configuration"
        );
        for issuer in [
            "https://login.example.com/realm",
            "https://login.example.com/realm/",
        ] {
            assert_eq!(
                document_url(issuer, None),
                "https://login.example.com/realm/.well-known/openid-configuration"
            );
        }
    }
}
