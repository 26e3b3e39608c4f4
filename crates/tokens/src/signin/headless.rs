//! `--headless`: fills in the hosted sign-in form over HTTP, for machines
//! without a browser. It does what a user would do, and nothing else.

use common::settings::Secret;
use common::text::printable;
use common::{Failure, Result};
use url::Url;

use crate::http::client::Http;
use crate::http::navigation::{self, Navigation};
use crate::http::request::{Request, without_query};
use crate::http::response::Response;
use crate::oauth::authorization_request::AuthorizationRequest;
use crate::oauth::authorization_response::{
    AuthorizationResponse, ExpectedResponse, is_redirect_uri,
};
use crate::oauth::token_response::ErrorResponse;
use crate::signin::form::{self, Form};
use crate::transcript::field::{Secrecy, field};
use crate::transcript::record::Transcript;

const WHY_PAGE: &str = "The sign-in page, as a browser would get it.";
const WHY_FORM: &str =
    "User name and password go only to the sign-in server; the app never needs them.";

/// Signs in as the test user.
pub(crate) struct Headless<'a> {
    http: Http,
    username: &'a str,
    password: &'a Secret,
}

/// Where a request led: to our `redirect_uri`, or to a page.
enum Place {
    Callback(Url),
    Page(Url, Response),
}

impl<'a> Headless<'a> {
    /// Starts like a new browser, with no cookies yet.
    pub(crate) fn new(transcript: Transcript, username: &'a str, password: &'a Secret) -> Self {
        Headless {
            http: Http::with_cookies(transcript),
            username,
            password,
        }
    }

    /// Sends the authorization request, signs in, and checks the redirect to
    /// our `redirect_uri` as the listener would.
    ///
    /// # Errors
    /// If there is no form, the password is refused, or the response is wrong.
    pub(crate) async fn sign_in(
        &self,
        authorization: &AuthorizationRequest,
        expected: &ExpectedResponse,
    ) -> Result<AuthorizationResponse> {
        let address = self.final_address(authorization).await?;
        expected
            .parse_url(&authorization.redirect_uri, address.as_str())
            .map_err(|why| {
                Failure::failed(format!(
                    "The sign-in server's answer is not meant for this program: {why}"
                ))
            })
    }

    /// The URL that a browser would be redirected to at the end.
    ///
    /// # Errors
    /// If there is no form, or the password is refused.
    async fn final_address(&self, authorization: &AuthorizationRequest) -> Result<Url> {
        let home = &authorization.url;
        let mut request = Request::get("sign-in page", WHY_PAGE, home.clone());
        request.query.clone_from(&authorization.fields);
        let (page, response) = match self.follow(request, authorization).await? {
            Place::Callback(address) => return Ok(address),
            Place::Page(url, response) => (url, response),
        };
        // The form's hidden fields and the cookies go back as they came: they
        // show that the page was fetched first (CSRF protection).
        let Some(form) = form::sign_in_form(&response.text()) else {
            return Err(no_form(&page, &response));
        };
        let filled_in = self.submit(&page, form)?;
        match self.follow(filled_in, authorization).await? {
            Place::Callback(address) => Ok(address),
            Place::Page(page, response) => Err(not_signed_in(&page, &response)),
        }
    }

    /// Follows redirects on the sign-in server only. A redirect to our
    /// `redirect_uri` is the end.
    async fn follow(
        &self,
        request: Request,
        authorization: &AuthorizationRequest,
    ) -> Result<Place> {
        match navigation::follow(&self.http, request, &authorization.url).await? {
            Navigation::Page(url, response) => Ok(Place::Page(url, response)),
            Navigation::Elsewhere(to) if is_redirect_uri(&authorization.redirect_uri, &to) => {
                Ok(Place::Callback(to))
            }
            Navigation::Elsewhere(to) => Err(another_server(&to)),
        }
    }

    fn submit(&self, page: &Url, form: Form) -> Result<Request> {
        let to = page.join(&form.action).map_err(|error| {
            Failure::failed(format!("The sign-in form has no valid address: {error}"))
        })?;
        // Only the server in the discovery document may get the password.
        if to.origin() != page.origin() {
            return Err(another_server(&to));
        }
        let username = field(form.username, self.username, "who signs in");
        let why = "known only to the person and the sign-in server";
        let password = field(form.password, self.password.reveal(), why);
        let mut fields = form.hidden;
        fields.extend([username, password.with(Secrecy::Credential)]);
        Ok(Request::post("sign-in form", WHY_FORM, to, fields))
    }
}

fn another_server(to: &Url) -> Failure {
    Failure::failed(format!(
        "The sign-in page leads to another server, {}: not followed",
        without_query(to)
    ))
    .with_hint("sign in with a browser: leave out --headless")
}

fn no_form(page: &Url, response: &Response) -> Failure {
    let page = without_query(page);
    let error = error_of(response)
        .map(|error| format!(" It says: {error}"))
        .unwrap_or_default();
    Failure::failed(format!(
        "The page {page} has no sign-in form with a password field (status {}).{error}",
        response.status
    ))
    .with_hint("open the address in a browser to see the page: --no-browser prints it")
}

fn not_signed_in(page: &Url, response: &Response) -> Failure {
    let same_form = form::sign_in_form(&response.text()).is_some();
    let error = match error_of(response) {
        Some(error) => error,
        None if same_form => "it shows the form again".to_owned(),
        None => return no_form(page, response),
    };
    Failure::failed(format!(
        "The sign-in page did not let the test user in: {error}"
    ))
    .with_hint(
        "is PASSWORD still what it was when 'create' made the user? 'make api' sets it again",
    )
}

/// What a page says went wrong: an OAuth error as JSON, or text marked as an error.
fn error_of(response: &Response) -> Option<String> {
    if let Some(error) = ErrorResponse::of(response) {
        return Some(error.to_string());
    }
    form::error_text(&response.text()).map(|text| printable(&text))
}
