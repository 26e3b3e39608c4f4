//! What the authorization endpoint does with a request before anyone has signed
//! in.

use std::fmt;

use common::text::printable;
use url::Url;

use crate::config::redirect_uri::RedirectUri;
use crate::http::navigation::Navigation;
use crate::http::request::without_query;
use crate::http::response::Response;
use crate::oauth::authorization_response::{
    AuthorizationResponse, ExpectedResponse, is_redirect_uri,
};
use crate::oauth::error_code::ErrorCode;
use crate::oauth::token_response::ErrorResponse;
use crate::signin::form;

/// The answer to an authorization request.
pub(super) enum Answer {
    /// The page with the form to sign in.
    SignInForm(Response),
    /// A page that says what is wrong and leads nowhere, and the error that its
    /// address names.
    ErrorPage(Response, Option<String>),
    /// Another page.
    OtherPage(Response),
    /// Back to the registered address, with an answer to the request or why it
    /// is none.
    Back(Result<AuthorizationResponse, &'static str>),
    /// To another address.
    Elsewhere(Url),
}

impl Answer {
    /// Sorts where a browser would end up.
    pub(super) fn of(
        navigation: Navigation,
        redirect_uri: &RedirectUri,
        expected: &ExpectedResponse,
    ) -> Answer {
        let (url, page) = match navigation {
            Navigation::Elsewhere(to) if is_redirect_uri(redirect_uri, &to) => {
                return Answer::Back(expected.parse_url(redirect_uri, to.as_str()));
            }
            Navigation::Elsewhere(to) => return Answer::Elsewhere(to),
            Navigation::Page(url, page) => (url, page),
        };
        // Cognito redirects to an error page, with the error in its address.
        let mut parameters = url.query_pairs();
        let found = parameters.find(|(name, _)| name == "error");
        let error = found.map(|(_, value)| value.into_owned());
        if form::sign_in_form(&page.text()).is_some() {
            Answer::SignInForm(page)
        } else if error.is_some() || page.status.is_client_error() {
            Answer::ErrorPage(page, error)
        } else {
            Answer::OtherPage(page)
        }
    }

    /// Whether the server does not go on with the request.
    pub(super) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Answer::ErrorPage(..) | Answer::Back(Ok(AuthorizationResponse::Error { .. }))
        )
    }

    /// The error with which the client is answered, if it is.
    pub(super) fn reason(&self) -> Option<ErrorCode> {
        match self {
            Answer::Back(Ok(response)) => response.reason(),
            _ => None,
        }
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Answer::SignInForm(page) => write!(f, "{}, the sign-in page", page.status),
            Answer::ErrorPage(page, None) => f.write_str(&describe(page)),
            Answer::ErrorPage(page, Some(error)) => {
                write!(f, "{}: {}", describe(page), printable(error))
            }
            Answer::OtherPage(page) => write!(f, "{}, a page", page.status),
            Answer::Elsewhere(to) => write!(f, "a redirect to {}", without_query(to)),
            Answer::Back(Ok(AuthorizationResponse::Code(_))) => {
                f.write_str("back to redirect_uri: a code")
            }
            Answer::Back(Ok(AuthorizationResponse::Error { error, description })) => {
                let words = description.iter().map(|text| format!(": {text}"));
                let error = format!("{error}{}", words.collect::<String>());
                write!(f, "back to redirect_uri: {}", printable(&error))
            }
            Answer::Back(Err(why)) => write!(f, "an answer that is not ours: {why}"),
        }
    }
}

/// The status and the error of a response; never its tokens.
pub(super) fn describe(response: &Response) -> String {
    match ErrorResponse::of(response) {
        Some(error) => format!("{} {error}", response.status),
        None => response.status.to_string(),
    }
}
