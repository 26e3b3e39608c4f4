//! What is known about a sign-in server before it is asked. Where servers
//! differ, it is decided here and nowhere else.

use common::loopback::is_loopback;
use common::{Failure, Result};
use url::Url;

use crate::jwt::rules::{self, TokenRules};

/// A sign-in server, and what goes beyond the standards there.
#[derive(Clone, Debug)]
pub(crate) struct SignInServer {
    /// What texts call it: `Cognito`, or the issuer's host.
    pub name: String,
    pub token_rules: &'static TokenRules,
    pub logout_page: LogoutPage,
    /// Whether there is a page for new users beside the authorization endpoint.
    pub has_sign_up_page: bool,
    /// Whether `create` made it, so that `make` and the lab are for it too.
    pub is_ours: bool,
    pub hints: &'static Hints,
}

/// What the page that ends the browser's session asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum LogoutPage {
    /// Cognito shows the sign-in page again, so it takes the parameters of an
    /// authorization request.
    Cognito,
    /// OpenID Connect RP-Initiated Logout 1.0.
    RpInitiated,
}

/// What can be done about a refusal: whoever runs the server decides that.
#[derive(Debug)]
pub(crate) struct Hints {
    /// The discovery document is not there.
    pub no_discovery: &'static str,
    /// `invalid_client` from the token endpoint.
    pub invalid_client: &'static str,
    /// `invalid_request` from the authorization endpoint.
    pub invalid_request: &'static str,
    /// `invalid_scope` from the authorization endpoint.
    pub invalid_scope: &'static str,
    /// `unauthorized_client` from the authorization endpoint.
    pub unauthorized_client: &'static str,
    /// A program on this machine does not answer.
    pub not_running: &'static str,
    /// What to do instead of stopping the program that has the port.
    pub busy_port: &'static str,
    /// How the page of a login is kept.
    pub keep_page: &'static str,
    /// What else can be done here, and how.
    pub afterwards: Option<&'static str>,
}

/// For the stack, which `create` made and repairs.
const OF_THE_STACK: Hints = Hints {
    no_discovery: "does the user pool still exist? 'make api' looks, and makes what is missing",
    invalid_client: "does the app client still exist? 'make api' creates it again",
    invalid_request: "RFC 6749 section 4.1.2.1 explains the error code",
    invalid_scope: "the client may not request one of these scopes: see terminal_app_scopes in state.json",
    unauthorized_client: "the client may not use the code flow: 'make api' creates one that may",
    not_running: "is the local cloud running? 'make cloud' starts it",
    busy_port: "--headless needs no port",
    keep_page: "'REPORT=login.html make request' keeps the page that shows what happened",
    afterwards: Some("'make lab' attacks this login and the API, and says who refuses"),
};

/// For servers that others run.
const OF_OTHERS: Hints = Hints {
    no_discovery: "is --issuer the provider's issuer? Its documentation names it, or the address of its discovery document without /.well-known/openid-configuration",
    invalid_client: "is --client-id right? If this client has a secret at the provider, CLIENT_SECRET must be set to it",
    invalid_request: "a provider that takes pushed requests only, from this client or from all, may say so in these words: --par sends one (RFC 9126). RFC 6749 section 4.1.2.1 explains the error code",
    invalid_scope: "the client may not request one of these scopes: the provider's settings for it say which",
    unauthorized_client: "the client may not use the code flow: the provider's settings for it say what it may use",
    not_running: "is that program running?",
    busy_port: "--redirect-uri names another address that is registered",
    keep_page: "--report login.html keeps the page that shows what happened",
    afterwards: None,
};

impl SignInServer {
    /// The user pool that `create` made.
    pub(crate) fn of_stack() -> SignInServer {
        SignInServer {
            is_ours: true,
            hints: &OF_THE_STACK,
            ..SignInServer::cognito()
        }
    }

    /// The server behind an issuer that others may run.
    pub(crate) fn of(issuer: &Issuer) -> SignInServer {
        if issuer.is_cognito {
            return SignInServer::cognito();
        }
        SignInServer {
            name: issuer.host.clone(),
            token_rules: &rules::OPENID,
            logout_page: LogoutPage::RpInitiated,
            has_sign_up_page: false,
            is_ours: false,
            hints: &OF_OTHERS,
        }
    }

    /// Whether it is a user pool, whoever runs it.
    pub(crate) fn is_cognito(&self) -> bool {
        self.token_rules.has_token_use
    }

    fn cognito() -> SignInServer {
        SignInServer {
            name: "Cognito".to_owned(),
            token_rules: &rules::COGNITO,
            logout_page: LogoutPage::Cognito,
            has_sign_up_page: true,
            is_ours: false,
            hints: &OF_OTHERS,
        }
    }
}

/// An issuer as `--issuer` gives it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Issuer {
    /// As given: it is compared as a string.
    pub url: String,
    /// Host and port.
    host: String,
    is_cognito: bool,
    /// The issuer that a local cloud's document names: it speaks as AWS would.
    pub of_local_cloud: Option<String>,
}

impl Issuer {
    /// Parses an issuer identifier, OpenID Connect Discovery section 3.
    ///
    /// # Errors
    /// Exit code 2 if it is not a URL that is https or on this machine, or has
    /// a query or a fragment.
    pub(crate) fn parse(text: &str) -> Result<Issuer> {
        let refuse = |why: &str| {
            Failure::usage(format!("--issuer '{text}' {why}"))
                .with_hint("for example https://login.example.com/realm: the iss of the provider's tokens, exactly (OpenID Connect Discovery section 3)")
        };
        let url = Url::parse(text).map_err(|_| refuse("is not a URL"))?;
        let loopback = is_loopback(&url);
        if url.scheme() != "https" && !(url.scheme() == "http" && loopback) {
            return Err(refuse(
                "is not protected: it must be https, or on this machine",
            ));
        }
        let extra = url.query().is_some() || url.fragment().is_some();
        if extra || !url.username().is_empty() || url.password().is_some() {
            return Err(refuse(
                "is not an issuer: it must have no query, fragment or user name",
            ));
        }
        if text.ends_with("/.well-known/openid-configuration") {
            return Err(refuse(
                "is the address of a discovery document: leave out its end",
            ));
        }
        let name = url.host_str().unwrap_or_default();
        let pool = url.path().rsplit('/').next().unwrap_or_default();
        let region = region_of(pool).filter(|_| loopback);
        Ok(Issuer {
            url: text.to_owned(),
            host: match url.port() {
                Some(port) => format!("{name}:{port}"),
                None => name.to_owned(),
            },
            is_cognito: is_cognito(name) || region.is_some(),
            of_local_cloud: region
                .map(|region| format!("https://cognito-idp.{region}.amazonaws.com/{pool}")),
        })
    }
}

/// Whether the host is one of Cognito's, in any partition.
fn is_cognito(host: &str) -> bool {
    let is_aws = [".amazonaws.com", ".amazonaws.com.cn", ".amazonaws.eu"]
        .iter()
        .any(|suffix| host.ends_with(suffix));
    is_aws && host.split('.').any(|label| label == "cognito-idp")
}

/// The region in a user pool's id, `eu-west-1_AbCdEf123`.
fn region_of(pool_id: &str) -> Option<&str> {
    let (region, id) = pool_id.split_once('_')?;
    let number = region.rsplit('-').next().unwrap_or_default();
    let is_region = region.matches('-').count() >= 2 && number.parse::<u8>().is_ok();
    let is_id = !id.is_empty() && id.chars().all(|c| c.is_ascii_alphanumeric());
    (is_region && is_id).then_some(region)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_https_or_on_this_machine_and_nothing_but_an_address() {
        for good in [
            "https://login.example.com",
            "https://login.example.com/",
            "https://login.example.com/realms/a",
            "http://localhost:3000",
            "http://127.0.0.1:3000/oidc/",
            "http://[::1]:3000",
        ] {
            assert_eq!(Issuer::parse(good).unwrap().url, good);
        }
        for (bad, why) in [
            ("login.example.com", "is not a URL"),
            ("", "is not a URL"),
            ("http://login.example.com", "is not protected"),
            ("ftp://localhost", "is not protected"),
            ("https://login.example.com/?a=b", "no query"),
            ("https://login.example.com/#a", "no query"),
            ("https://me:secret@login.example.com/", "no query"),
            (
                "https://login.example.com/.well-known/openid-configuration",
                "leave out its end",
            ),
        ] {
            let failure = Issuer::parse(bad).unwrap_err();
            assert_eq!(failure.exit(), common::Exit::Usage);
            assert!(failure.to_string().contains(why), "{bad}: {failure}");
        }
    }

    #[test]
    fn cognito_is_known_by_its_issuer_and_others_have_their_host_s_name() {
        let named = |issuer| SignInServer::of(&Issuer::parse(issuer).unwrap()).name;
        for pool in [
            "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
            "https://issuer.cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC",
            "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbC",
            "http://127.0.0.1:4566/us-gov-west-1_AbC",
        ] {
            assert_eq!(named(pool), "Cognito");
        }
        for (issuer, host) in [
            ("https://login.example.com/realm", "login.example.com"),
            (
                "https://login.example.com/eu-west-1_AbC",
                "login.example.com",
            ),
            ("http://localhost:3000", "localhost:3000"),
            ("http://localhost:9229/local_4aXYjJbf", "localhost:9229"),
            (
                "https://cognito-idp.amazonaws.com.evil.example/eu-west-1_AbC",
                "cognito-idp.amazonaws.com.evil.example",
            ),
        ] {
            assert_eq!(named(issuer), host);
        }
    }

    #[test]
    fn a_local_cloud_s_document_may_name_the_pool_as_aws_would() {
        let named = |issuer| Issuer::parse(issuer).unwrap().of_local_cloud;
        assert_eq!(
            named("http://127.0.0.1:4566/eu-west-1_AbC").as_deref(),
            Some("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbC")
        );
        assert_eq!(named("https://example.com/eu-west-1_AbC"), None);
        assert_eq!(named("http://127.0.0.1:4566/realm"), None);
    }
}
