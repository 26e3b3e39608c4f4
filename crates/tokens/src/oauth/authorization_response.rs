//! The authorization response, sent to `redirect_uri`. The listener, a pasted
//! URL and `--headless` share the same checks.

use std::borrow::Cow;

use common::text::printable;
use common::{Failure, Result};
use url::{Url, form_urlencoded};

use crate::config::redirect_uri::RedirectUri;
use crate::config::server::Hints;
use crate::crypto;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::discovery::Provider;
use crate::oauth::error_code::ErrorCode;
use crate::transcript::field::{Secrecy, field};
use crate::transcript::record::Transcript;
use crate::transcript::step::Channel;

/// The sign-in server's response, sent through the browser.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AuthorizationResponse {
    /// The authorization code, RFC 6749 section 4.1.2.
    Code(String),
    /// The error response, RFC 6749 section 4.1.2.1.
    Error {
        error: ErrorCode,
        description: Option<String>,
    },
}

/// What a response must contain to be the response to our request.
#[derive(Clone, Debug)]
pub(crate) struct ExpectedResponse {
    /// The request's `state`.
    pub state: String,
    /// The issuer that the request was sent to, for `iss` (RFC 9207).
    pub issuer: String,
    /// Whether `iss` is required.
    pub must_have_iss: bool,
}

impl ExpectedResponse {
    /// What the response of `provider` to `request` must contain.
    pub(crate) fn to(request: &AuthorizationRequest, provider: &Provider) -> ExpectedResponse {
        ExpectedResponse {
            state: request.state.clone(),
            issuer: provider.issuer.clone(),
            must_have_iss: provider.sends_iss,
        }
    }

    /// Parses the query of a callback.
    ///
    /// # Errors
    /// Why it is not the response to our request. The login keeps waiting: any
    /// program on this machine and any web page can send such a query.
    pub(crate) fn parse_query(&self, query: &str) -> Result<AuthorizationResponse, &'static str> {
        let one = |name| single(query, name);
        // Compared first, and in constant time: whoever cannot guess the state
        // learns nothing else.
        let state = one("state")?.ok_or("it has no state")?;
        if !crypto::constant_time_eq(&state, &self.state) {
            return Err("its state is not the one of the sign-in that is waiting");
        }
        // It must come from the server that the request was sent to: a client of
        // two servers would otherwise give one's code to the other (RFC 9207).
        match one("iss")? {
            Some(iss) if iss != self.issuer => return Err("its iss names another issuer"),
            None if self.must_have_iss => return Err("it has no iss"),
            _ => {}
        }
        match (one("code")?, one("error")?) {
            (Some(code), None) if !code.is_empty() => {
                Ok(AuthorizationResponse::Code(code.into_owned()))
            }
            (None, Some(error)) => Ok(AuthorizationResponse::Error {
                error: error.into_owned().into(),
                description: one("error_description")?.map(Cow::into_owned),
            }),
            _ => Err("it has neither one code nor one error"),
        }
    }

    /// Parses a whole URL, pasted by the user or taken from a redirect.
    ///
    /// # Errors
    /// As [`parse_query`](ExpectedResponse::parse_query), and if the URL is not
    /// our `redirect_uri`.
    pub(crate) fn parse_url(
        &self,
        redirect_uri: &RedirectUri,
        address: &str,
    ) -> Result<AuthorizationResponse, &'static str> {
        let url = Url::parse(address.trim()).map_err(|_| "it is not a valid address")?;
        if !is_redirect_uri(redirect_uri, &url) {
            return Err("it does not begin with our redirect_uri");
        }
        self.parse_query(url.query().unwrap_or_default())
    }
}

/// Whether a URL is our `redirect_uri`, ignoring its query.
pub(crate) fn is_redirect_uri(redirect_uri: &RedirectUri, url: &Url) -> bool {
    Url::parse(&redirect_uri.uri)
        .is_ok_and(|ours| ours.origin() == url.origin() && ours.path() == url.path())
}

/// A parameter's value. It must not be repeated (RFC 6749 section 3.1).
fn single<'a>(query: &'a str, name: &str) -> Result<Option<Cow<'a, str>>, &'static str> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(n, _)| n == name);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err("a parameter is repeated"),
        (first, None) => Ok(first.map(|(_, value)| value)),
    }
}

impl AuthorizationResponse {
    /// Explains the response, which came through `channel`.
    pub(crate) fn narrate(
        &self,
        transcript: &Transcript,
        channel: Channel,
        request: &AuthorizationRequest,
        expected: &ExpectedResponse,
    ) {
        let heading = heading(channel, &request.redirect_uri.uri);
        let step = transcript.step(channel, &heading, channel.who_sees());
        let state = field(
            "state",
            &request.state,
            "equal to the one sent: any other answer is refused",
        );
        let iss = expected.must_have_iss.then(|| {
            let why = "the issuer that was asked; an answer of another is refused (RFC 9207)";
            field("iss", &expected.issuer, why)
        });
        match self {
            AuthorizationResponse::Code(code) => {
                step.text("The code alone is useless: it needs the code_verifier.");
                let why = "to be exchanged for tokens, once (RFC 6749 section 4.1.2)";
                step.fields(&[field("code", code, why).with(Secrecy::OneTime), state]);
            }
            AuthorizationResponse::Error { error, description } => {
                let why = "why there is no code (RFC 6749 section 4.1.2.1)";
                step.fields(&[field("error", printable(&error.to_string()), why)]);
                if let Some(description) = description {
                    let why = "the server's own words";
                    step.fields(&[field("error_description", printable(description), why)]);
                }
                step.fields(&[state]);
            }
        }
        step.fields(iss.as_slice());
    }

    /// Returns the code.
    ///
    /// # Errors
    /// The server's refusal, with one of `hints`.
    pub(crate) fn code(self, hints: &Hints) -> Result<String> {
        match self {
            AuthorizationResponse::Code(code) => Ok(code),
            AuthorizationResponse::Error { error, description } => {
                Err(refused(&error, description.as_deref(), hints))
            }
        }
    }

    /// Why there is no code. Cognito reports a scope that the client may not
    /// request as `invalid_request`, with the real code as its description.
    pub(crate) fn reason(&self) -> Option<ErrorCode> {
        match self {
            AuthorizationResponse::Code(_) => None,
            AuthorizationResponse::Error { error, description } => {
                Some(reason(error, description.as_deref()))
            }
        }
    }
}

fn heading(channel: Channel, redirect_uri: &str) -> String {
    match channel {
        Channel::Headless => format!("the redirect to {redirect_uri} has the answer"),
        Channel::Pasted => {
            format!("the person pastes the address, which begins with {redirect_uri}")
        }
        _ => format!("the browser comes back to {redirect_uri}"),
    }
}

fn reason(error: &ErrorCode, description: Option<&str>) -> ErrorCode {
    let described = description.map(|text| ErrorCode::from(text.to_owned()));
    match (error, described) {
        (ErrorCode::InvalidRequest, Some(ErrorCode::InvalidScope)) => ErrorCode::InvalidScope,
        _ => error.clone(),
    }
}

fn refused(error: &ErrorCode, description: Option<&str>, hints: &Hints) -> Failure {
    let words = description.map_or(String::new(), |text| format!(": {text}"));
    let message = format!("The sign-in server refused: {error}{words}");
    Failure::failed(printable(&message)).with_hint(match reason(error, description) {
        ErrorCode::InvalidRequest => hints.invalid_request,
        ErrorCode::InvalidScope => hints.invalid_scope,
        ErrorCode::AccessDenied => {
            "access was denied, or the sign-in was cancelled: run this again to try once more"
        }
        ErrorCode::UnauthorizedClient => hints.unauthorized_client,
        ErrorCode::LoginRequired
        | ErrorCode::InteractionRequired
        | ErrorCode::ConsentRequired
        | ErrorCode::AccountSelectionRequired => {
            "the person has to see a page, and --prompt none allows none: leave it out (OpenID Connect Core section 3.1.2.6)"
        }
        ErrorCode::InvalidTarget => {
            "the provider knows no such API, or not for this client: see --resource and --audience (RFC 8707 section 2)"
        }
        ErrorCode::ServerError | ErrorCode::TemporarilyUnavailable => {
            "the server has a problem: try again in a minute"
        }
        _ => "RFC 6749 section 4.1.2.1 explains the error code",
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::server::{Issuer, SignInServer};

    fn refused(error: &str, description: &str) -> AuthorizationResponse {
        AuthorizationResponse::Error {
            error: error.to_owned().into(),
            description: Some(description.into()),
        }
    }

    fn expected() -> ExpectedResponse {
        ExpectedResponse {
            state: "S".into(),
            issuer: "https://issuer".into(),
            must_have_iss: false,
        }
    }

    #[test]
    fn the_answer_to_our_request_is_taken() {
        assert_eq!(
            expected().parse_query("code=C&state=S"),
            Ok(AuthorizationResponse::Code("C".into()))
        );
        assert_eq!(
            expected().parse_query("error=access_denied&error_description=no+way&state=S"),
            Ok(AuthorizationResponse::Error {
                error: ErrorCode::AccessDenied,
                description: Some("no way".into())
            })
        );
        assert!(
            expected()
                .parse_query("code=C&state=S&iss=https%3A%2F%2Fissuer")
                .is_ok()
        );
    }

    #[test]
    fn everything_else_is_not_ours() {
        let (no_state, other_state) = (
            "it has no state",
            "its state is not the one of the sign-in that is waiting",
        );
        let neither = "it has neither one code nor one error";
        for (query, why) in [
            ("", no_state),
            ("code=C", no_state),
            ("error=access_denied", no_state),
            ("code=C&state=", other_state),
            ("code=C&state=T", other_state),
            ("code=C&state=SS", other_state),
            ("error=x&state=T", other_state),
            ("state=S", neither),
            ("code=&state=S", neither),
            ("code=C&error=x&state=S", neither),
            ("code=C&state=S&state=S", "a parameter is repeated"),
            ("code=C&code=D&state=S", "a parameter is repeated"),
            (
                "code=C&state=S&iss=https%3A%2F%2Fother",
                "its iss names another issuer",
            ),
        ] {
            assert_eq!(expected().parse_query(query), Err(why), "{query}");
        }
    }

    #[test]
    fn a_server_that_promises_iss_must_send_it() {
        let expected = ExpectedResponse {
            must_have_iss: true,
            ..expected()
        };
        let without = expected.parse_query("code=C&state=S");
        assert_eq!(without, Err("it has no iss"));
        let with = expected.parse_query("code=C&state=S&iss=https%3A%2F%2Fissuer");
        assert!(with.is_ok());
    }

    #[test]
    fn a_pasted_address_must_be_our_own() {
        let callback = RedirectUri::parse("http://localhost:8083/callback").unwrap();
        let read = |address| expected().parse_url(&callback, address);
        assert!(read(" http://localhost:8083/callback?code=C&state=S\n").is_ok());
        for bad in [
            "C",
            "http://localhost:8084/callback?code=C&state=S",
            "http://localhost:8083/?code=C&state=S",
            "https://localhost:8083/callback?code=C&state=S",
            "http://evil/callback?code=C&state=S",
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_refusal_has_its_hint_and_no_control_characters() {
        let refusal = |error: &str, description: &str| {
            refused(error, description)
                .code(SignInServer::of_stack().hints)
                .unwrap_err()
        };
        for (error, description, hint) in [
            ("invalid_scope", "", "terminal_app_scopes"),
            ("invalid_request", "invalid_scope", "terminal_app_scopes"),
            ("invalid_request", "", "section 4.1.2.1"),
            ("access_denied", "", "was denied"),
            ("unauthorized_client", "", "the code flow"),
            ("login_required", "", "--prompt none"),
            ("interaction_required", "", "--prompt none"),
            ("consent_required", "", "--prompt none"),
            ("account_selection_required", "", "--prompt none"),
            ("invalid_target", "", "--resource"),
            ("server_error", "", "in a minute"),
            ("temporarily_unavailable", "", "in a minute"),
            ("another", "", "section 4.1.2.1"),
        ] {
            let failure = refusal(error, description);
            assert!(
                failure.hint().unwrap().contains(hint),
                "{error}: {failure:?}"
            );
        }
        assert!(!refusal("x", "\u{1b}[2J").to_string().contains('\u{1b}'));
        let other = SignInServer::of(&Issuer::parse("https://login.example.com").unwrap());
        let failure = refused("invalid_request", "").code(other.hints);
        let hint = failure.unwrap_err().hint().unwrap().to_owned();
        assert!(hint.contains("--par"), "{hint}");
    }

    #[test]
    fn the_reason_is_the_code_or_what_cognito_hides_in_its_description() {
        for (error, description, reason) in [
            ("invalid_scope", "", ErrorCode::InvalidScope),
            ("invalid_request", "invalid_scope", ErrorCode::InvalidScope),
            (
                "invalid_request",
                "invalid_client",
                ErrorCode::InvalidRequest,
            ),
            ("access_denied", "invalid_scope", ErrorCode::AccessDenied),
        ] {
            let refused = refused(error, description);
            assert_eq!(refused.reason(), Some(reason), "{error} {description}");
        }
        assert_eq!(AuthorizationResponse::Code("c".into()).reason(), None);
    }

    #[test]
    fn the_heading_says_how_the_answer_came() {
        for (channel, begin) in [
            (Channel::Callback, "the browser comes back to u"),
            (Channel::Headless, "the redirect to u has"),
            (
                Channel::Pasted,
                "the person pastes the address, which begins with u",
            ),
        ] {
            assert!(heading(channel, "u").starts_with(begin), "{begin}");
        }
    }
}
