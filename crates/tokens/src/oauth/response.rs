//! The authorization response: what comes back to `redirect_uri`. The same
//! checks for the listener, a pasted address and `--headless`.

use std::borrow::Cow;

use api_core::{Failure, Result};
use url::{Url, form_urlencoded};

use crate::config::{Callback, ClientConfig};
use crate::crypto;
use crate::oauth::request::AuthorizationRequest;
use crate::output::explain::Explain;
use crate::output::transcript::{Channel, field};

/// The sign-in server's answer to our request.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AuthorizationResponse {
    /// RFC 6749 section 4.1.2.
    Code(String),
    /// RFC 6749 section 4.1.2.1.
    Error {
        error: String,
        description: Option<String>,
    },
}

/// What an answer is held against.
#[derive(Clone, Debug)]
pub(crate) struct Expected {
    pub state: String,
    pub issuer: String,
}

impl Expected {
    /// Reads the query of a callback.
    ///
    /// # Errors
    /// Why it is not the answer to our request. It ends nothing: anyone on
    /// this machine, and any web page, can send such a thing.
    pub(crate) fn read(&self, query: &str) -> Result<AuthorizationResponse, &'static str> {
        let one = |name| single(query, name);
        let state = one("state")?.ok_or("it has no state")?;
        if !crypto::same(&state, &self.state) {
            return Err("its state is not the one of the sign-in that is waiting");
        }
        // RFC 9207: an answer of another server than the one we asked.
        if one("iss")?.is_some_and(|iss| iss != self.issuer) {
            return Err("its iss names another issuer");
        }
        match (one("code")?, one("error")?) {
            (Some(code), None) if !code.is_empty() => {
                Ok(AuthorizationResponse::Code(code.into_owned()))
            }
            (None, Some(error)) => Ok(AuthorizationResponse::Error {
                error: error.into_owned(),
                description: one("error_description")?.map(Cow::into_owned),
            }),
            _ => Err("it has neither one code nor one error"),
        }
    }

    /// Reads a whole address, as a person pastes it or a server redirects to it.
    ///
    /// # Errors
    /// As [`read`](Expected::read), and for another address than ours.
    pub(crate) fn read_address(
        &self,
        callback: &Callback,
        address: &str,
    ) -> Result<AuthorizationResponse, &'static str> {
        let url = Url::parse(address.trim()).map_err(|_| "it is no address")?;
        if !is_ours(callback, &url) {
            return Err("it does not begin with our redirect_uri");
        }
        self.read(url.query().unwrap_or_default())
    }
}

/// Whether an address is our `redirect_uri`, whatever its query.
pub(crate) fn is_ours(callback: &Callback, url: &Url) -> bool {
    Url::parse(&callback.uri)
        .is_ok_and(|ours| ours.origin() == url.origin() && ours.path() == url.path())
}

/// RFC 6749 section 3.1: a parameter must not be there twice.
fn single<'a>(query: &'a str, name: &str) -> Result<Option<Cow<'a, str>>, &'static str> {
    let mut values = form_urlencoded::parse(query.as_bytes()).filter(|(n, _)| n == name);
    match (values.next(), values.next()) {
        (_, Some(_)) => Err("a parameter is there twice"),
        (first, None) => Ok(first.map(|(_, value)| value)),
    }
}

impl AuthorizationResponse {
    /// Tells what came back.
    pub(crate) fn narrate(
        &self,
        explain: &Explain,
        app: &ClientConfig,
        asked: &AuthorizationRequest,
    ) {
        explain.step(
            Channel::Callback,
            &format!("front channel: the browser comes back to {}", app.callback.uri),
            "Seen by the browser, its history and this program. The code alone is worth nothing: it needs the code_verifier.",
        );
        let state = field(
            "state",
            &asked.state,
            "the one that was sent, or this would have been refused",
        );
        explain.fields(&match self {
            AuthorizationResponse::Code(code) => vec![
                field(
                    "code",
                    code,
                    "to be exchanged for tokens, once (RFC 6749 section 4.1.2)",
                ),
                state,
            ],
            AuthorizationResponse::Error { error, .. } => vec![
                field(
                    "error",
                    printable(error),
                    "why there is no code (RFC 6749 section 4.1.2.1)",
                ),
                state,
            ],
        });
    }

    /// The code.
    ///
    /// # Errors
    /// The server's refusal, with what to do about it.
    pub(crate) fn code(self) -> Result<String> {
        match self {
            AuthorizationResponse::Code(code) => Ok(code),
            AuthorizationResponse::Error { error, description } => {
                Err(refused(&error, description.as_deref()))
            }
        }
    }
}

fn refused(error: &str, description: Option<&str>) -> Failure {
    let text = description.map(|d| format!(": {d}")).unwrap_or_default();
    let failure = Failure::failed(printable(&format!(
        "The sign-in server refused: {error}{text}"
    )));
    // Cognito reports a scope as invalid_request with invalid_scope as description.
    let about = [error, description.unwrap_or_default()];
    let hint = if about.iter().any(|text| text.contains("invalid_scope")) {
        "the client may not ask for one of these scopes: see terminal_app_scopes in state.json"
    } else if about.contains(&"access_denied") {
        "access was denied, or the sign-in was cancelled: run this again to try once more"
    } else if about.contains(&"unauthorized_client") {
        "the client may not use the code flow: 'make api' creates one that may"
    } else if about.contains(&"server_error") || about.contains(&"temporarily_unavailable") {
        "the server has a problem of its own: try again in a minute"
    } else {
        "RFC 6749 section 4.1.2.1 says what the code means"
    };
    failure.with_hint(hint)
}

/// Text of others without what would steer a terminal.
pub(crate) fn printable(text: &str) -> String {
    let text: String = text
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    match text.char_indices().nth(500) {
        Some((end, _)) => format!("{}...", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expected() -> Expected {
        Expected {
            state: "S".into(),
            issuer: "https://issuer".into(),
        }
    }

    #[test]
    fn the_answer_to_our_request_is_taken() {
        assert_eq!(
            expected().read("code=C&state=S"),
            Ok(AuthorizationResponse::Code("C".into()))
        );
        assert_eq!(
            expected().read("error=access_denied&error_description=no+way&state=S"),
            Ok(AuthorizationResponse::Error {
                error: "access_denied".into(),
                description: Some("no way".into())
            })
        );
        assert!(
            expected()
                .read("code=C&state=S&iss=https%3A%2F%2Fissuer")
                .is_ok()
        );
    }

    #[test]
    fn everything_else_is_not_ours() {
        for query in [
            "",
            "code=C",
            "error=access_denied",
            "code=C&state=",
            "code=C&state=T",
            "code=C&state=SS",
            "error=x&state=T",
            "state=S",
            "code=&state=S",
            "code=C&error=x&state=S",
            "code=C&state=S&state=S",
            "code=C&code=D&state=S",
            "code=C&state=S&iss=https%3A%2F%2Fother",
        ] {
            assert!(expected().read(query).is_err(), "{query}");
        }
    }

    #[test]
    fn a_pasted_address_must_be_our_own() {
        let callback = Callback::parse("http://localhost:8083/callback").unwrap();
        let read = |address| expected().read_address(&callback, address);
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
    fn a_refusal_has_a_hint_and_no_control_characters() {
        let refusal = |error: &str, description: &str| {
            AuthorizationResponse::Error {
                error: error.into(),
                description: Some(description.into()),
            }
            .code()
            .unwrap_err()
        };
        let failure = refusal("invalid_request", "invalid_scope");
        assert!(failure.hint().unwrap().contains("terminal_app_scopes"));
        assert!(
            refusal("access_denied", "x")
                .hint()
                .unwrap()
                .contains("denied")
        );
        assert!(!refusal("x", "\u{1b}[2J").to_string().contains('\u{1b}'));
    }
}
