//! `--headless`: fills in the hosted sign-in form over HTTP, for machines
//! without a browser. It does what a person would do, and nothing else.

use api_core::settings::Password;
use api_core::{Failure, Result};
use url::Url;

use crate::config::ClientConfig;
use crate::http::answer::Answer;
use crate::http::call::Call;
use crate::http::call::bare;
use crate::http::client::Http;
use crate::http::navigation::{self, Navigation};
use crate::oauth::response::{AuthorizationResponse, Expected, is_ours, printable};
use crate::output::explain::Explain;
use crate::output::transcript::Field;
use crate::signin::form::{self, Form};

const WHY_PAGE: &str = "The sign-in page, as a browser would get it.";
const WHY_FORM: &str =
    "User name and password go to the sign-in server and to nobody else; the app never needs them.";

/// Signs in as the test user.
#[derive(Debug)]
pub(crate) struct Headless<'a> {
    http: Http,
    app: &'a ClientConfig,
    password: &'a Password,
}

/// Where a request led: to our own address, or to a page.
enum Place {
    Callback(Url),
    Page(Url, Answer),
}

impl<'a> Headless<'a> {
    /// A browser of its own: cookies, and nothing in them yet.
    pub(crate) fn new(explain: Explain, app: &'a ClientConfig, password: &'a Password) -> Self {
        Headless {
            http: Http::with_cookies(explain),
            app,
            password,
        }
    }

    /// Goes to the authorization endpoint, signs in, and takes the redirect
    /// to our address as the listener would.
    ///
    /// # Errors
    /// If there is no form, the password is refused, or the answer is not ours.
    pub(crate) async fn sign_in(
        &self,
        authorization: &Url,
        expected: &Expected,
    ) -> Result<AuthorizationResponse> {
        let address = self.answer(authorization).await?;
        expected
            .read_address(&self.app.callback, address.as_str())
            .map_err(|why| {
                Failure::failed(format!(
                    "The sign-in server's answer is not for this program: {why}"
                ))
            })
    }

    /// The address that the browser would be sent to at the end.
    ///
    /// # Errors
    /// If there is no form, or the password is refused.
    pub(crate) async fn answer(&self, authorization: &Url) -> Result<Url> {
        let call = Call::get("sign-in page", WHY_PAGE, authorization.clone());
        let (page, answer) = match self.follow(call, authorization).await? {
            Place::Callback(address) => return Ok(address),
            Place::Page(url, answer) => (url, answer),
        };
        let Some(form) = form::sign_in_form(&answer.text()) else {
            return Err(no_form(&page, &answer));
        };
        match self
            .follow(self.submit(&page, form)?, authorization)
            .await?
        {
            Place::Callback(address) => Ok(address),
            Place::Page(page, answer) => Err(not_signed_in(&page, &answer)),
        }
    }

    /// Follows redirects on the sign-in server, and no further. One that leads
    /// to us is the end.
    async fn follow(&self, call: Call, home: &Url) -> Result<Place> {
        match navigation::follow(&self.http, call, home).await? {
            Navigation::Page(url, answer) => Ok(Place::Page(url, answer)),
            Navigation::Elsewhere(to) if is_ours(&self.app.callback, &to) => {
                Ok(Place::Callback(to))
            }
            Navigation::Elsewhere(to) => Err(another_server(&to)),
        }
    }

    fn submit(&self, page: &Url, form: Form) -> Result<Call> {
        let to = page.join(&form.action).map_err(|error| {
            Failure::failed(format!("The sign-in form goes to no address: {error}"))
        })?;
        // The password goes to the server that the discovery document named.
        if to.origin() != page.origin() {
            return Err(another_server(&to));
        }
        let mut fields: Vec<Field> = form.hidden;
        fields.push(Field {
            name: form.username.into(),
            value: self.app.username.clone(),
            why: "who signs in",
            hidden: false,
        });
        fields.push(Field {
            name: form.password.into(),
            value: self.password.reveal().to_owned(),
            why: "known to the person and the sign-in server",
            hidden: true,
        });
        Ok(Call::post("sign-in form", WHY_FORM, to, fields))
    }
}

fn another_server(to: &Url) -> Failure {
    Failure::failed(format!(
        "The sign-in page leads to another server, {}: not followed",
        bare(to)
    ))
    .with_hint("sign in with a browser: leave out --headless")
}

fn no_form(page: &Url, answer: &Answer) -> Failure {
    let page = bare(page);
    let said = said(answer)
        .map(|said| format!(" It says: {said}"))
        .unwrap_or_default();
    Failure::failed(format!(
        "The page {page} has no sign-in form with a password field (status {}).{said}",
        answer.status
    ))
    .with_hint("open the address in a browser to see the page: --no-browser prints it")
}

fn not_signed_in(page: &Url, answer: &Answer) -> Failure {
    let same_form = form::sign_in_form(&answer.text()).is_some();
    let said = match said(answer) {
        Some(said) => said,
        None if same_form => "it shows the form again".to_owned(),
        None => return no_form(page, answer),
    };
    Failure::failed(format!(
        "The sign-in page did not let the test user in: {said}"
    ))
    .with_hint("is PASSWORD the one that was set when 'create' made the user? 'make delete' and 'make api' make it anew")
}

/// What a page says went wrong: an OAuth error as JSON, or text marked as an error.
fn said(answer: &Answer) -> Option<String> {
    if let Some(refusal) = crate::oauth::token::Refusal::of(answer) {
        return Some(refusal.text());
    }
    form::error_text(&answer.text()).map(|text| printable(&text))
}
